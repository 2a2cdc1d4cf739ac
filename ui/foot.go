package ui

import (
	"slices"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"lockscope/ui/show"
)

// footLine is the filter while it is typed, else a notice, else the keys.
func (m *model) footLine() string {
	t := &m.theme
	switch {
	case m.mode == modeFilter:
		keep, clears := m.keys.Keep.Help(), m.keys.Clear.Help()
		hint := t.dim.Render(keep.Key + " " + keep.Desc + " " + t.chars.Dot + " " + clears.Key + " " + clears.Desc + " ")
		if m.width < 60 {
			hint = ""
		}
		return show.Spread(" "+m.filter.View(), hint, m.width)
	case m.mode == modeColumns:
		return m.columnsFoot()
	case m.notice != "":
		return " " + show.Shorten(t.chars.Plain(m.notice), m.width-2, t.chars.Mark)
	case m.mode == modeDialog:
		return " " + m.help.ShortHelpView(m.fitting(m.keys.dialog(m.dialog)))
	case m.text != nil:
		return " " + m.help.ShortHelpView(m.fitting(m.keys.text()))
	}
	return " " + m.help.ShortHelpView(m.fitting(m.keys.table()))
}

// textCursor is where the terminal's cursor belongs, nil for nowhere.
func (m *model) textCursor() *tea.Cursor {
	if m.mode != modeFilter {
		return nil
	}
	c := m.filter.Cursor()
	if c != nil {
		c.X++
		c.Y = m.height - 1
	}
	return c
}

// fitting drops keys until the rest fits the foot line: those that are least needed, then from the
// right.
func (m *model) fitting(bindings []key.Binding) []key.Binding {
	fits := func() bool {
		w := 1
		for _, b := range bindings {
			if b.Enabled() {
				w += show.Width(b.Help().Key) + 1 + show.Width(b.Help().Desc) + 2
			}
		}
		return w <= m.width
	}
	for _, drop := range m.keys.leastNeeded() {
		if fits() {
			break
		}
		bindings = slices.DeleteFunc(bindings, func(b key.Binding) bool { return b.Help() == drop.Help() })
	}
	for len(bindings) > 1 && !fits() {
		bindings = bindings[:len(bindings)-1]
	}
	return bindings
}
