package ui

import (
	"strings"

	"lockscope/ui/show"
)

// topRule is the rule above the body.
func (m *model) topRule() string {
	selected := m.selectedText()
	room := m.width - 4 // a cell of the rule and a space on each side
	if selected != "" {
		room -= show.Width(selected) + 2
	}
	return m.ruleLine(m.narrowedText(room), selected)
}

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

// narrowedText says, in so many cells, what a list is that has the body, what the table is narrowed to, what
// came up and, where there is room left, how the table is grouped.
func (m *model) narrowedText(room int) string {
	var parts []string
	add := func(text string) {
		if text != "" {
			parts = append(parts, text)
			room -= show.Width(text) + gapWidth
		}
	}
	switch m.body() {
	case modeLog:
		add(m.logTitle())
	case modeHolders:
		add(m.holdersTitle())
	}
	if m.text == nil { // esc leads back from a text, and it is not narrowed
		add(m.filterText())
	}
	add(m.newsText(room))
	if text := m.list.Grouping().String(); text != "" && m.text == nil && show.Width(text) <= room {
		add(m.theme.dim.Render(text))
	}
	return strings.Join(parts, "  ")
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
	if text := m.filter.text(); text != "" && m.mode != modeFilter {
		parts = append(parts, "/ "+m.theme.chars.Escape(text))
	}
	if len(parts) == 0 {
		return ""
	}
	return m.theme.strong.Render(strings.Join(parts, "  ")) + m.theme.dim.Render("  esc shows all")
}

// rowPosition says where among the directories the cursor is: the head of a group is all of the group's.
func (m *model) rowPosition() string {
	of := " of " + show.Count(m.list.Matching())
	if r := m.list.Current(); r.Gone || r.Group != nil && r.Group.Len() == 0 {
		return m.theme.dim.Render(m.theme.chars.Dash + of)
	}
	first, last := m.list.Ordinals()
	text := show.Count(first)
	if last > first {
		text += m.theme.chars.Dash + show.Count(last)
	}
	return m.theme.dim.Render(text + of)
}

// positionText is for the rule above the foot: where one is in what is above it.
func (m *model) positionText(l layout) string {
	if m.listing() != nil {
		if m.factRows() > 0 { // it stands in the rule above these
			return ""
		}
		return m.listingPosition()
	}
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
