package ui

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"lockscope/ui/list"
	"lockscope/ui/show"
)

// announce takes note of what came up, and rings the bell if the user wants to hear of it.
func (m *model) announce(events []*list.Event) tea.Cmd {
	now := m.now()
	if m.list.AddNews(now, events) == 0 || !m.opts.Bell || now.Sub(m.rang) < bellGap {
		return nil
	}
	m.rang = now
	return tea.Raw("\a")
}

// newsCounts are the problems that came up, the worst first: +2 split +8,866 stale.
func (m *model) newsCounts() string {
	var parts []string
	for c := range show.Checking {
		if n := m.list.News().Counts[c]; n > 0 {
			parts = append(parts, "+"+show.Count(n)+" "+c.String())
		}
	}
	return strings.Join(parts, " ")
}

// newsText says what came up, within which time and, where there is room, when. It stays until the user
// has gone there or dismissed it.
func (m *model) newsText() string {
	news := m.list.News()
	if news.Len() == 0 {
		return ""
	}
	text := m.newsCounts()
	if span := news.Last.Sub(news.First); span >= time.Second {
		text += " in " + show.LongAge(span)
	}
	if m.width >= besideNewsTime {
		text += ", " + news.Last.Format(time.TimeOnly)
	}
	text = m.theme.alarm.Render(text)
	if m.text == nil && m.mode == modeTable {
		text += m.theme.dim.Render(" "+m.theme.chars.Dot+" ") + m.theme.key.Render(m.keys.PrevProblem.Help().Key) + m.theme.dim.Render(" goes there")
		if m.width >= besideNewsTime && !m.list.Filtered() {
			text += m.theme.dim.Render(", " + m.keys.Back.Help().Key + " dismisses")
		}
	}
	return text
}

// toNews goes to the first problem that came up, and reports whether there was any.
func (m *model) toNews() bool {
	switch {
	case m.list.News().Len() == 0:
		return false
	case m.list.MoveToNews():
		m.list.ForgetNews()
	default:
		m.notice = "the filter hides them; " + m.keys.Back.Help().Key + " shows all"
	}
	return true
}

// title is that of the terminal's window.
func (m *model) title() string {
	text := "lockscope " + m.theme.chars.Escape(m.opts.Host)
	if counts := m.newsCounts(); counts != "" {
		return counts + " - " + text
	}
	return text
}
