package ui

import (
	"slices"
	"strings"

	"lockscope/ui/list"
	"lockscope/ui/show"
)

// labelWidth is how many cells the label of a fact has.
const labelWidth = 10

// detailLines explain a directory: what has happened to it, what that rests on, and what to do
// next. They are at most w cells wide. In full, what is longer is wrapped, else it is cut.
func (m *model) detailLines(r *list.Row, w int, full bool) []string {
	summary, evidence, next := m.detailParts(r, w, full)
	return slices.Concat(summary, evidence, next)
}

// cutDetail is the detail in n lines. If these are too few, it leaves evidence out and says that
// there is more.
func (m *model) cutDetail(n int) []string {
	summary, evidence, next := m.detailParts(m.list.Current(), m.width, false)
	if len(summary)+len(evidence)+len(next) <= n {
		return slices.Concat(summary, evidence, next)
	}
	room := max(n-len(summary)-len(next), 0)
	lines := append(summary, evidence[:min(room, len(evidence))]...)
	last := len(lines) - 1
	more := m.theme.chars.Mark + " " + m.keys.Detail.Help().Key + " shows more "
	lines[last] = show.Spread(lines[last], m.theme.dim.Render(more), m.width)
	return exactly(append(lines, next...), n)
}

// detailParts are the three parts of the detail. That of a group has but one.
func (m *model) detailParts(r *list.Row, w int, full bool) (summary, evidence, next []string) {
	if r.Group != nil {
		return m.groupLines(r, w), nil, nil
	}
	t := &m.theme
	c := r.Class
	state := t.class(c).Render(c.String())
	path := t.chars.Escape(r.Report.Path)
	room := w - 2 - show.Width(c.String()) - 2
	if full && show.Width(path) > room {
		summary = append(summary, " "+state)
		for _, line := range show.Wrap(path, w-2) {
			summary = append(summary, " "+t.name.Render(line))
		}
	} else {
		summary = append(summary, show.Spread(" "+t.name.Render(show.ShortenMiddle(path, room, t.chars.Mark)), state+" ", w))
	}
	sentence, advice := show.Explain(r.Report)
	for _, line := range show.Wrap(t.chars.Plain(sentence), w-2) {
		summary = append(summary, " "+line)
	}

	why := show.WhyNoBreak(r.Report, m.opts.Break == nil)
	facts := show.Facts(r.Report, m.asOf(), " "+t.chars.Dot+" ")
	if why != "" {
		facts = append(facts, show.Fact{Label: "break", Text: why})
	}
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

// cycleDetail shows the detail beside the table, then full screen, then not at all.
func (m *model) cycleDetail() {
	m.detail = (m.detail + 1) % 3
	if m.detail == detailHidden && !m.roomForDetail() {
		m.detail = detailShown // hidden and shown look alike
	}
	m.scroll = 0
	m.resize()
}

// showsDetailFull reports whether the detail has the whole body.
func (m *model) showsDetailFull() bool { return m.detail == detailFull && m.list.Current() != nil }
