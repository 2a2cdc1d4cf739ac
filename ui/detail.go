package ui

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"lockscope/ui/list"
	"lockscope/ui/show"
)

// labelWidth is how many cells the label of a fact has.
const labelWidth = 10

// What is said of a directory that is gone, and shown because the cursor is on it.
const (
	goneWord     = "gone"
	goneSentence = "This is no data directory any more: it was removed or moved. What follows is what was last seen of it."
)

// detailLines explain a directory: what has happened to it, what that rests on, and what to do
// next. They are at most w cells wide. In full, what is longer is wrapped, else it is cut.
func (m *model) detailLines(r *list.Row, w int, full bool) []string {
	summary, evidence, next := m.detailParts(r, w, full)
	return slices.Concat(summary, evidence, next)
}

// pane is the detail in n lines of w cells beside or below the table. If these are too few, it leaves
// evidence out and says that there is more; once it is scrolled, it shows all from there on.
func (m *model) pane(w, n int, wrapped bool) []string {
	r := m.list.Current()
	if m.scroll > 0 {
		lines := m.detailLines(r, w, wrapped)
		m.scroll = max(min(m.scroll, len(lines)-n), 0)
		return exactly(lines[m.scroll:], n)
	}
	summary, evidence, next := m.detailParts(r, w, wrapped)
	if len(summary)+len(evidence)+len(next) <= n {
		return exactly(slices.Concat(summary, evidence, next), n)
	}
	room := max(n-len(summary)-len(next), 0)
	lines := append(summary, evidence[:min(room, len(evidence))]...)
	last := len(lines) - 1
	more := m.theme.chars.Mark + " " + m.keys.Detail.Help().Key + " shows more "
	lines[last] = show.Spread(lines[last], m.theme.dim.Render(more), w)
	return exactly(append(lines, next...), n)
}

// detailParts are the three parts of the detail. That of a group has but one.
func (m *model) detailParts(r *list.Row, w int, full bool) (summary, evidence, next []string) {
	if r.Group != nil {
		return m.groupLines(r, w), nil, nil
	}
	t := &m.theme
	word := show.StateWord(r.Report)
	state := t.class(r.Class).Render(word)
	if r.Gone {
		word = goneWord
		state = t.strong.Render(word)
	}
	path := t.chars.Escape(r.Report.Key())
	room := w - 2 - show.Width(word) - 2
	if full && show.Width(path) > room {
		summary = append(summary, " "+state)
		for _, line := range show.BreakPath(path, w-2) {
			summary = append(summary, " "+t.name.Render(line))
		}
	} else {
		summary = append(summary, show.Spread(" "+t.name.Render(show.ShortenMiddle(path, room, t.chars.Mark)), state+" ", w))
	}
	sentence, advice := show.Explain(r.Report)
	why := m.whyNoBreak(r)
	if r.Gone {
		sentence, advice = goneSentence, ""
	}
	for _, line := range show.Wrap(t.chars.Plain(sentence), w-2) {
		summary = append(summary, " "+line)
	}

	facts := show.Facts(r.Report, m.asOf(), " "+t.chars.Dot+" ")
	if text := m.lostFact(r.Report); text != "" {
		facts = append([]show.Fact{{Label: "as of", Text: text}}, facts...)
	}
	if why != "" {
		facts = append(facts, show.Fact{Label: "break", Text: why})
	}
	facts = append(facts, m.historyFacts(r.Report.Key())...)
	if full {
		facts = append(facts, show.FurtherFacts(r.Report)...)
	}
	for _, f := range facts {
		evidence = append(evidence, m.factLines(f.Label, f.Text, w, full)...)
	}

	if advice != "" {
		next = m.factLines("next", advice, w, true)
	}
	if why == "" {
		offer := m.keys.Break.Help().Key + " removes what is stale, after checking everything again"
		next = append(next, m.factLines("break", offer, w, full)...)
	}
	return summary, evidence, next
}

// factLines lays out a fact with its label, wrapped or cut.
func (m *model) factLines(label, text string, w int, wrapped bool) []string {
	text = m.theme.chars.Plain(text)
	margin := "   " + m.theme.dim.Render(show.Pad(label, labelWidth))
	room := w - 3 - labelWidth - 1
	if !wrapped {
		return []string{margin + show.Shorten(text, room, m.theme.chars.Mark)}
	}
	var lines []string
	for _, line := range show.Wrap(text, room) {
		lines = append(lines, margin+line)
		margin = strings.Repeat(" ", 3+labelWidth)
	}
	return lines
}

// openDetail shows the detail where it is hidden, else in full.
func (m *model) openDetail() {
	if m.detail == detailHidden && m.roomForPane() {
		m.setDetail(detailShown)
		return
	}
	m.setDetail(detailFull)
}

// setDetail gives the detail as much of the screen.
func (m *model) setDetail(d detailMode) {
	m.detail, m.scroll = d, 0
	m.resize()
}

// showsDetailFull reports whether the detail has the whole body.
func (m *model) showsDetailFull() bool { return m.detail == detailFull && m.list.Current() != nil }

// showsPane reports whether the detail is shown with the table.
func (m *model) showsPane() bool {
	return m.detail == detailShown && m.roomForPane() && m.list.Current() != nil
}

// pressDetail is for the detail while it covers the table. Keys that need the table do nothing.
func (m *model) pressDetail(k tea.KeyPressMsg) tea.Cmd {
	switch keys := &m.keys; {
	case key.Matches(k, keys.Back, keys.Quit, keys.Detail):
		m.setDetail(detailShown)
	case m.pressScroll(k) || m.refusedForGone(k) || m.pressProblem(k):
	default:
		return m.pressAct(k)
	}
	return nil
}
