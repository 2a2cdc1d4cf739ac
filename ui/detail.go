package ui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"lockscope/scan"
)

const labelWidth = 10

// detailLines explain a directory: where, what, why, and what to do next. They are
// at most w cells wide. In full, nothing is cut but wrapped.
func (m *model) detailLines(r *row, w int, full bool) []string {
	if r.group != nil {
		return m.groupLines(r, w)
	}
	t := &m.theme
	c := r.class
	state := t.class[c].Render(c.String())
	path := scan.Escape(r.Path)
	room := w - 2 - width(c.String()) - 2
	var lines []string
	if full && width(path) > room {
		lines = append(lines, " "+state)
		for _, line := range wrap(path, w-2) {
			lines = append(lines, " "+t.name.Render(line))
		}
	} else {
		lines = append(lines, spread(" "+t.name.Render(shortenMiddle(path, room, t.mark)), state+" ", w))
	}

	summary, next := r.Explain()
	for _, line := range wrap(summary, w-2) {
		lines = append(lines, " "+line)
	}
	if next != "" {
		lines = append(lines, m.factLines(fact{"next", next}, w, true)...)
	}
	why := whyNoBreak(r.Report, m.opts.Break == nil)
	if why == "" {
		offer := m.keys.Break.Help().Key + " removes what is stale, after checking everything again"
		lines = append(lines, m.factLines(fact{"break", offer}, w, full)...)
	}
	list := facts(r.Report, m.pictured(), " "+t.dot+" ")
	if why != "" {
		list = append(list, fact{"break", why})
	}
	if full {
		if codes := reasonCodes(r.Verdict.Reasons); codes != "" {
			list = append(list, fact{"reasons", codes})
		}
		list = append(list, fact{"observed", r.Observed.Local().Format("2006-01-02 15:04:05")})
	}
	for _, f := range list {
		lines = append(lines, m.factLines(f, w, full)...)
	}
	return lines
}

// factLines lays out a fact with its label, wrapped or cut.
func (m *model) factLines(f fact, w int, wrapped bool) []string {
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

func reasonCodes(rs scan.Reasons) string {
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
