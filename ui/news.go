package ui

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"lockscope/ui/list"
	"lockscope/ui/show"
)

// newsKinds is more than there are kinds of problems.
const newsKinds = int(show.ClassCount)

// announce takes note of what came up, and rings the bell if the user wants to hear of it.
func (m *model) announce(events []*list.Event) tea.Cmd {
	now := m.now()
	if m.list.AddNews(now, events) == 0 || !m.opts.Bell || now.Sub(m.rang) < bellGap {
		return nil
	}
	m.rang = now
	return tea.Raw("\a")
}

// newsCounts are the problems that came up, the worst first: +1 host lost +2 split +8,866 stale. Those of more kinds than
// asked for are told as one number.
func (m *model) newsCounts(kinds int) string {
	news := m.list.News()
	var parts []string
	more := 0
	add := func(n int, text string) {
		switch {
		case n == 0:
		case len(parts) == kinds:
			more += n
		default:
			parts = append(parts, "+"+text)
		}
	}
	add(news.Lost, show.LostHosts(news.Lost))
	for c := range show.Checking {
		add(news.Counts[c], show.Count(news.Counts[c])+" "+c.String())
	}
	if more > 0 {
		parts = append(parts, "+"+show.Count(more)+" more")
	}
	return strings.Join(parts, " ")
}

// newsText says in so many cells what came up, within which time, when, and what keys do about it. It stays
// until the user has gone there or dismissed it. Where there is little room it has but how many, and the key
// that goes there.
func (m *model) newsText(room int) string {
	news := m.list.News()
	if news.Len() == 0 {
		return ""
	}
	t := &m.theme
	within := ""
	if span := news.Last.Sub(news.First); span >= time.Second {
		within = " in " + show.LongAge(span)
	}
	when := ", " + news.Last.Format(time.TimeOnly)
	counts := m.newsCounts(newsKinds)
	total := "+" + show.Count(news.Len())
	there, dismisses := "", ""
	if m.text == nil && m.mode == modeTable {
		there = t.dim.Render(" "+t.chars.Dot+" ") + t.key.Render(m.keys.PrevProblem.Help().Key) + t.dim.Render(" goes there")
		if !m.list.Filtered() {
			dismisses = t.dim.Render(", " + m.keys.Back.Help().Key + " dismisses")
		}
	}
	text := ""
	for _, form := range []struct{ told, keys string }{
		{counts + within + when, there + dismisses}, {counts + within + when, there}, {counts + within, there}, {counts, there},
		{m.newsCounts(2), there}, {m.newsCounts(1), there}, {total, there}, {m.newsCounts(1), ""}, {total, ""},
	} {
		text = t.alarm.Render(form.told) + form.keys
		if show.Width(text) <= room {
			break
		}
	}
	return text
}

// toNews goes to the first problem that came up, and reports whether there was any. Where a filter hides them it
// goes.
func (m *model) toNews() bool {
	if m.list.News().Len() == 0 {
		return false
	}
	if !m.list.MoveToNews() {
		m.showAll()
		m.notice = showsAllWord
		if !m.list.MoveToNews() {
			return true
		}
	}
	m.list.ForgetNews()
	return true
}

// title is that of the terminal's window.
func (m *model) title() string {
	text := "lockscope " + m.theme.chars.Escape(m.opts.Host)
	if counts := m.newsCounts(newsKinds); counts != "" {
		return counts + " - " + text
	}
	return text
}
