package ui

import (
	"strconv"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"lockscope/ui/show"
)

// choosable are the columns that the user may do without.
var choosable = []show.Column{show.ColumnPidfile, show.ColumnHolder, show.ColumnCommand, show.ColumnSince}

// pressColumns is for the choice of columns. Each has a digit; any other key leaves.
func (m *model) pressColumns(k tea.KeyPressMsg) {
	digit, err := strconv.Atoi(k.String())
	if err != nil || digit < 1 || digit > len(choosable) {
		if key.Matches(k, m.keys.Keep, m.keys.Back, m.keys.Columns, m.keys.Quit) {
			m.mode = modeTable
		}
		return
	}
	m.hidden = m.hidden.Toggle(choosable[digit-1])
}

// columnsFoot is the choice of columns.
func (m *model) columnsFoot() string {
	t := &m.theme
	var parts []string
	for i, c := range choosable {
		tick := t.tick
		if m.hidden.Has(c) {
			tick = " "
		}
		parts = append(parts, t.key.Render(strconv.Itoa(i+1)+tick)+t.dim.Render(c.String()))
	}
	sep := "  "
	if m.width < 60 {
		sep = " "
	}
	done := t.dim.Render(m.keys.Keep.Help().Key + " done ")
	if m.width < 60 {
		done = ""
	}
	return show.Spread(" "+strings.Join(parts, sep), done, m.width)
}
