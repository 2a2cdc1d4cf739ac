package ui

import (
	"strings"

	"lockscope/ui/show"
)

// ruleLine divides the screen. A text at its start or end belongs to what is below.
func (m *model) ruleLine(left, right string) string {
	t := &m.theme
	if left != "" {
		left = " " + left + " "
	}
	if right != "" {
		right = " " + right + " "
	}
	n := m.width - show.Width(left) - show.Width(right) - 2
	if n < 0 {
		left = show.Shorten(left, max(m.width-show.Width(right)-2, 0), t.chars.Mark)
		n = max(m.width-show.Width(left)-show.Width(right)-2, 0)
	}
	edge := t.dim.Render(t.rule)
	return edge + left + t.dim.Render(strings.Repeat(t.rule, n)) + right + edge
}

// selectedText says how many directories are selected, in sight or not.
func (m *model) selectedText() string {
	if m.list.Selected() == 0 {
		return ""
	}
	return m.theme.strong.Render(show.Count(m.list.Selected()) + " selected")
}

// filterText says what the table is narrowed to, "" if to nothing.
func (m *model) filterText() string {
	var parts []string
	switch cs := m.list.Classes(); {
	case cs == show.Problems:
		parts = append(parts, "problems only")
	case cs != 0:
		var words []string
		for _, c := range cs.List() {
			words = append(words, c.String())
		}
		parts = append(parts, strings.Join(words, ", ")+" only")
	}
	if text := strings.TrimSpace(m.filter.Value()); text != "" && m.mode != modeFilter {
		parts = append(parts, "/ "+m.theme.chars.Escape(text))
	}
	if len(parts) == 0 {
		switch n := m.list.Depth(); {
		case n == 1:
			return m.theme.dim.Render("grouped by the first part of the path")
		case n > 1:
			return m.theme.dim.Render("grouped by the first " + show.Count(n) + " parts of the path")
		}
		return ""
	}
	return m.theme.strong.Render(strings.Join(parts, "  ")) + m.theme.dim.Render("  esc shows all")
}

// rowPosition says where in the table the cursor is.
func (m *model) rowPosition() string {
	return m.theme.dim.Render(show.Count(m.list.Position()+1) + " of " + show.Count(m.list.Len()))
}

// positionText is for the rule above the foot: where one is in what is above it.
func (m *model) positionText(l layout) string {
	if n := len(m.text); n > 0 {
		if n > l.body {
			return m.theme.dim.Render(show.Count(min(m.scroll+l.body, n)) + " of " + show.Counted(n, "line", "lines"))
		}
		return ""
	}
	if l.detail > 0 || m.list.Current() == nil {
		return ""
	}
	return m.rowPosition()
}
