package ui

import (
	"strings"

	"lockscope/scan/report"
	"lockscope/ui/list"
	"lockscope/ui/show"
)

// groupCounts are the numbers of a group's members by class, styled or plain.
func (m *model) groupCounts(g *list.Group, styled bool) string {
	var parts []string
	for c, n := range g.Counts {
		if n == 0 {
			continue
		}
		text := show.Count(n) + " " + show.Class(c).String()
		if styled {
			text = m.theme.class(show.Class(c)).Render(text)
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, "  ")
}

// groupRow is the head of a group in the table.
func (m *model) groupRow(r *list.Row, w int) string {
	t, g := &m.theme, r.Group
	glyph := t.unfolded
	if g.Folded {
		glyph = t.folded
	}
	room := w - leftMargin - rightMargin
	isCursor := r == m.list.Current()
	counts := m.groupCounts(g, !isCursor)
	name := glyph + " " + show.ShortenMiddle(t.chars.Plain(groupName(g)), max(room-show.Width(counts)-4, dirWidth/2), t.chars.Mark) + "  "
	if isCursor {
		return t.strong.Render(t.cursor) + t.reverse.Render(show.Pad(show.Shorten("  "+name+counts, room+2, t.chars.Mark), room+2)) + t.strong.Render(t.cursorEnd)
	}
	return show.Shorten("   "+t.name.Render(name)+counts, w-rightMargin, t.chars.Mark)
}

// groupName is the directory that a group is below, escaped.
func groupName(g *list.Group) string {
	if g.Key == "" {
		return "./"
	}
	return report.Escape(g.Key) + "/"
}

// groupLines are the detail of a group.
func (m *model) groupLines(r *list.Row, w int) []string {
	lines := []string{" " + m.theme.name.Render(show.ShortenMiddle(m.theme.chars.Escape(r.Report.Path)+"/", w-2, m.theme.chars.Mark))}
	text := show.Counted(r.Group.Len(), "directory", "directories") + ": " + m.groupCounts(r.Group, true)
	for _, line := range show.Wrap(text, w-2) {
		lines = append(lines, " "+line)
	}
	return lines
}
