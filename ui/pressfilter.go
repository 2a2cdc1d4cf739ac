package ui

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// pressFilter is for the filter's line.
func (m *model) pressFilter(k tea.KeyPressMsg) tea.Cmd {
	f := m.typing
	switch keys := &m.keys; {
	case key.Matches(k, keys.Keep):
		if f.problem == "" { // else nothing would be filtered by what the header says
			m.leaveFilter()
		}
	case key.Matches(k, keys.Clear):
		m.memory.add(f.input.Value())
		f.clear()
		m.leaveFilter()
	case key.Matches(k, keys.Older):
		f.set(m.memory.older(f.input.Value()))
	case key.Matches(k, keys.Newer):
		f.set(m.memory.newer(f.input.Value()))
	case key.Matches(k, keys.Move):
		if p := m.listing(); p != nil {
			m.pressListing(p, k)
		} else {
			m.pressMove(k)
		}
	default:
		return m.typeFilter(k)
	}
	m.fitFilter()
	return nil
}

// typeFilter gives the line what was typed or pasted, and filters at once.
func (m *model) typeFilter(msg tea.Msg) tea.Cmd {
	f := m.typing
	before := f.input.Value()
	var cmd tea.Cmd
	f.input, cmd = f.input.Update(msg)
	if f.input.Value() != before {
		f.apply()
	}
	m.fitFilter()
	return cmd
}

// enterFilter gives the keys to a filter's line. What it filters is in sight meanwhile.
func (m *model) enterFilter(f *filterLine) {
	m.list.SetTime(m.now())
	m.typing, m.typedIn = f, m.mode
	m.mode = modeFilter
	m.filterBefore, m.filterFrom = f.input.Value(), m.list.Current()
	m.memory.begin()
	f.input.CursorEnd()
	m.resize()
	f.input.Focus() // its command would blink a cursor of its own; the terminal's is shown
}

// leaveFilter gives the keys back to what is filtered.
func (m *model) leaveFilter() {
	m.memory.add(m.typing.input.Value())
	m.mode = m.typedIn
	m.typing.input.Blur()
}
