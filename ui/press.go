package ui

import (
	"cmp"
	"unicode"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// press hands a key to what has the keys.
func (m *model) press(k tea.KeyPressMsg) tea.Cmd {
	// Esc and a key that arrive together, as on a slow line, look like the key with alt. Only the text
	// input has keys with alt.
	if k.Mod.Contains(tea.ModAlt) && m.mode != modeFilter {
		esc := m.press(tea.KeyPressMsg{Code: tea.KeyEscape})
		return tea.Batch(esc, m.press(withoutAlt(k)))
	}
	m.notice = ""
	if key.Matches(k, m.keys.Interrupt) {
		return tea.Quit
	}
	if m.tooSmallFor() { // nothing is done that cannot be seen
		if m.mode == modeTable && key.Matches(k, m.keys.Quit) {
			return tea.Quit
		}
		return nil
	}
	switch m.mode {
	case modeFilter:
		return m.pressFilter(k)
	case modeDialog:
		return m.pressDialog(k)
	case modeColumns:
		m.pressColumns(k)
		return nil
	case modeHelp:
		m.pressHelp(k)
		return nil
	case modeLog:
		return m.pressText(k)
	}
	return m.pressTable(k)
}

// withoutAlt is the key by itself, with the text that it has then.
func withoutAlt(k tea.KeyPressMsg) tea.KeyPressMsg {
	k.Mod &^= tea.ModAlt
	if r := cmp.Or(k.ShiftedCode, k.Code); unicode.IsPrint(r) && !k.Mod.Contains(tea.ModCtrl) {
		k.Text = string(r)
	}
	return k
}
