package ui

import (
	"strings"

	"lockscope/ui/show"

	tea "charm.land/bubbletea/v2"
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
	m.filter.SetSuggestions(completions(m.filter.Value()))
	terms := parseTerms(m.filter.Value())
	for i := range terms {
		terms[i].ascii = m.theme.chars.ASCII
	}
	m.rows.setQuery(query{classes: m.rows.query.classes, terms: terms})
}

func (m *model) leaveFilter() {
	m.mode = browsing
	m.filter.Blur()
}

// completions are what a filter could go on as, where its last word asks for a state.
func completions(text string) []string {
	word := text[strings.LastIndexByte(text, ' ')+1:]
	field, states, ok := strings.Cut(word, ":")
	if !ok || fieldNames[strings.TrimPrefix(strings.ToLower(field), "!")] != inState {
		return nil
	}
	begun := states[strings.LastIndexByte(states, ',')+1:]
	names := []string{}
	for _, c := range show.EveryClass.List() {
		names = append(names, c.String())
	}
	var out []string
	for _, name := range append(names, "attention", "healthy") {
		if begun != "" && strings.HasPrefix(name, strings.ToLower(begun)) {
			out = append(out, text+name[len(begun):])
		}
	}
	return out
}
