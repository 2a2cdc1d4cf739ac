package ui

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"lockscope/ui/list"
)

// pressFilter is for the filter's line.
func (m *model) pressFilter(k tea.KeyPressMsg) tea.Cmd {
	switch keys := &m.keys; {
	case key.Matches(k, keys.Keep):
		m.leaveFilter()
	case key.Matches(k, keys.Clear):
		m.leaveFilter()
		m.setFilter("")
	case key.Matches(k, keys.Move):
		m.pressMove(k)
	default:
		return m.typeFilter(k)
	}
	return nil
}

// openFilter opens the line. The table is in sight meanwhile.
func (m *model) openFilter() {
	m.mode = modeFilter
	m.filterBefore = m.filter.Value()
	m.filter.CursorEnd()
	m.filter.Focus() // its command would blink a cursor of its own; the terminal's is shown
}

// typeFilter gives the line what was typed or pasted, and filters at once.
func (m *model) typeFilter(msg tea.Msg) tea.Cmd {
	before := m.filter.Value()
	var cmd tea.Cmd
	m.filter, cmd = m.filter.Update(msg)
	if m.filter.Value() != before {
		m.applyFilter()
	}
	return cmd
}

// setFilter puts a text into the line, and filters by it.
func (m *model) setFilter(text string) {
	m.filter.SetValue(text)
	m.applyFilter()
}

func (m *model) applyFilter() {
	m.filter.SetSuggestions(list.Completions(m.filter.Value()))
	m.list.SetFilter(m.filter.Value())
}

func (m *model) leaveFilter() {
	m.mode = modeTable
	m.filter.Blur()
}
