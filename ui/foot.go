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
		return m.filterFoot()
	case m.mode == modeColumns:
		return m.columnsFoot()
	case m.notice != "":
		return " " + show.Shorten(t.chars.Plain(m.notice), m.width-2, t.chars.Mark)
	case m.mode == modeHelp:
		return m.helpFoot()
	}
	return " " + m.help.ShortHelpView(m.footKeys())
}

// footKeys are the keys at the foot, unless there is a notice.
func (m *model) footKeys() []key.Binding {
	switch {
	case m.mode == modeFilter:
		return []key.Binding{m.keys.Keep, m.keys.Clear}
	case m.mode == modeDialog:
		return m.fitting(m.keys.dialog(m.dialog), nil)
	case m.listing() != nil:
		shown := m.keys.listing(m.body())
		return m.fitting(shown, m.keys.leastNeededIn(shown))
	case m.text != nil && m.mode == modeTable:
		return m.fitting(m.keys.detail(), m.keys.leastNeeded())
	case m.text != nil:
		return m.fitting(m.keys.text(), nil)
	}
	return m.fitting(m.keys.table(), m.keys.leastNeeded())
}

// textCursor is where the terminal's cursor belongs, nil for nowhere.
func (m *model) textCursor() *tea.Cursor {
	if m.mode != modeFilter {
		return nil
	}
	c := m.typing.input.Cursor()
	if c != nil {
		c.X++
		c.Y = m.height - 1
	}
	return c
}

// fitting are as many of the keys as fit the foot line, in their order: those that cannot be spared, then
// the others, from the last of spared on. Where not even the first fit, they drop from the right.
func (m *model) fitting(bindings, spared []key.Binding) []key.Binding {
	const gap = 2 // between two keys
	room := m.width - 1 + gap
	take := func(b key.Binding) bool {
		n := show.Width(b.Help().Key) + 1 + show.Width(b.Help().Desc) + gap
		if !b.Enabled() || n > room {
			return false
		}
		room -= n
		return true
	}
	is := func(b key.Binding) func(key.Binding) bool {
		return func(other key.Binding) bool { return other.Help() == b.Help() }
	}
	taken := slices.DeleteFunc(slices.Clone(bindings), func(b key.Binding) bool { return slices.ContainsFunc(spared, is(b)) || !take(b) })
	for _, b := range slices.Backward(spared) {
		if slices.ContainsFunc(bindings, is(b)) && take(b) {
			taken = append(taken, b)
		}
	}
	return slices.DeleteFunc(slices.Clone(bindings), func(b key.Binding) bool { return !slices.ContainsFunc(taken, is(b)) })
}
