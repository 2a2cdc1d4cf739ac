package ui

import (
	tea "charm.land/bubbletea/v2"

	"lockscope/ui/list"
)

func (m *model) pressFilter(k tea.KeyPressMsg) tea.Cmd {
	switch k.String() {
	case "enter":
		m.leaveFilter()
		return nil
	case "esc":
		m.filter.Reset()
		m.applyFilter()
		m.leaveFilter()
		return nil
	case "up", "down", "pgup", "pgdown":
		m.pressMove(k)
		return nil
	}
	return m.typeFilter(k)
}

func (m *model) typeFilter(msg tea.Msg) tea.Cmd {
	before := m.filter.Value()
	var cmd tea.Cmd
	m.filter, cmd = m.filter.Update(msg)
	if m.filter.Value() != before {
		m.applyFilter()
	}
	return cmd
}

func (m *model) applyFilter() {
	m.filter.SetSuggestions(list.Completions(m.filter.Value()))
	m.list.SetFilter(m.filter.Value())
}

func (m *model) leaveFilter() {
	m.mode = browsing
	m.filter.Blur()
}
