package ui

import (
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"lockscope/scan/report"
)

const labelWidth = 10

// stillChecking stands for the sentence on a directory that awaits its second look.
const stillChecking = "Still checking: what was seen may be passing, as during an acquire. A second look tells."

// detailLines explain a directory: what has happened to it, what that rests on, and
// what to do next. They are at most w cells wide. In full, nothing is cut but wrapped.
func (m *model) detailLines(r *row, w int, full bool) []string {
	story, evidence, next := m.detailParts(r, w, full)
	return slices.Concat(story, evidence, next)
}

// cutDetail is the detail in n lines. If they do not do, evidence is left out and it
// says that there is more.
func (m *model) cutDetail(n int) []string {
	story, evidence, next := m.detailParts(m.rows.current(), m.width, false)
	if len(story)+len(evidence)+len(next) <= n {
		return slices.Concat(story, evidence, next)
	}
	room := max(n-len(story)-len(next), 0)
	lines := append(story, evidence[:min(room, len(evidence))]...)
	last := len(lines) - 1
	more := m.theme.mark + " " + m.keys.Detail.Help().Key + " shows more "
	lines[last] = spread(lines[last], m.theme.dim.Render(more), m.width)
	return exactly(append(lines, next...), n)
}

func (m *model) detailParts(r *row, w int, full bool) (story, evidence, next []string) {
	if r.group != nil {
		return m.groupLines(r, w), nil, nil
	}
	t := &m.theme
	c := r.class
	state := t.class[c].Render(c.String())
	path := t.escape(r.Path)
	room := w - 2 - width(c.String()) - 2
	if full && width(path) > room {
		story = append(story, " "+state)
		for _, line := range wrap(path, w-2) {
			story = append(story, " "+t.name.Render(line))
		}
	} else {
		story = append(story, spread(" "+t.name.Render(shortenMiddle(path, room, t.mark)), state+" ", w))
	}
	summary, advice := r.Explain()
	if r.Checking { // what it would say, and what to do, is not established
		summary, advice = stillChecking, ""
	}
	for _, line := range wrap(t.plain(summary), w-2) {
		story = append(story, " "+line)
	}

	list := facts(r.Report, m.pictured(), " "+t.dot+" ")
	why := whyNoBreak(r.Report, m.opts.Break == nil)
	if why != "" {
		list = append(list, fact{"break", why})
	}
	if full {
		if codes := reasonCodes(r.Verdict.Reasons); codes != "" && !r.Checking {
			list = append(list, fact{"reasons", codes})
		}
		list = append(list, fact{"observed", r.Observed.Local().Format("2006-01-02 15:04:05")})
	}
	for _, f := range list {
		evidence = append(evidence, m.factLines(f, w, full)...)
	}

	if advice != "" {
		next = m.factLines(fact{"next", advice}, w, true)
	}
	if why == "" {
		offer := m.keys.Break.Help().Key + " removes what is stale, after checking everything again"
		next = append(next, m.factLines(fact{"break", offer}, w, full)...)
	}
	return story, evidence, next
}

// factLines lays out a fact with its label, wrapped or cut.
func (m *model) factLines(f fact, w int, wrapped bool) []string {
	f.text = m.theme.plain(f.text)
	label := "   " + m.theme.dim.Render(pad(f.label, labelWidth))
	room := w - 3 - labelWidth - 1
	if !wrapped {
		return []string{label + shorten(f.text, room, m.theme.mark)}
	}
	var lines []string
	for _, line := range wrap(f.text, room) {
		lines = append(lines, label+line)
		label = strings.Repeat(" ", 3+labelWidth)
	}
	return lines
}

func reasonCodes(rs report.Reasons) string {
	var codes []string
	for _, r := range rs.List() {
		codes = append(codes, r.String())
	}
	return strings.Join(codes, ", ")
}

// wrap breaks text into lines of at most w cells, at spaces where there are any.
func wrap(text string, w int) []string {
	if text == "" {
		return nil
	}
	return strings.Split(ansi.WrapWc(text, max(w, 1), ""), "\n")
}
