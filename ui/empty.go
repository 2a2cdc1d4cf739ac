package ui

import (
	"strings"

	"lockscope/ui/show"
)

// emptyLines say why there is no row to show.
func (m *model) emptyLines(height int) []string {
	var text []string
	s := &m.scan
	roots := m.rootsText(max(m.width-30, 8))
	if len(m.opts.Roots) == 0 {
		roots = "the roots of " + show.Counted(len(m.opts.Hosts), "host", "hosts")
	}
	switch {
	case m.list.Total() > 0:
		text = []string{"Nothing matches.", "esc shows all " + show.Count(m.list.Total()) + "."}
		if m.list.Classes() == show.Problems && m.list.Words() == 0 {
			none, style := m.noProblems()
			text = []string{style.Render(none), "! shows all " + show.Count(m.list.Total()) + "."}
			for _, e := range s.problems() {
				text = append(text, escapeError(e))
			}
		}
	case s.ended && s.err != nil:
		text = []string{"The scan stopped:", escapeError(s.err)}
	case s.passes == 0:
		text = []string{"Looking for " + m.opts.Names.Lock + " below " + roots + m.theme.chars.Mark}
	case len(s.problems()) > 0:
		text = append(text, "Nothing found, and not everything could be read:")
		for _, e := range s.problems() {
			text = append(text, escapeError(e))
		}
	default:
		text = []string{"No " + m.opts.Names.Lock + " below " + roots + ".", "Other directories can be given as arguments; --demo shows a sandbox."}
	}
	text = text[:min(len(text), height)]
	lines := make([]string, max((height-len(text))/3, 0))
	for _, line := range text {
		line = show.Shorten(m.theme.chars.Plain(line), m.width-4, m.theme.chars.Mark)
		lines = append(lines, strings.Repeat(" ", max((m.width-show.Width(line))/2, 0))+line)
	}
	return lines
}
