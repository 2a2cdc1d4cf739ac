package ui

import (
	"cmp"
	"unicode"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// press hands a key to what has the keys.
func (m *model) press(k tea.KeyPressMsg) tea.Cmd {
	// Esc and a key that arrive together, as on a slow line, look like the key with alt.
	if k.Mod.Contains(tea.ModAlt) && !(m.mode == modeFilter && edits(k)) {
		esc := m.press(tea.KeyPressMsg{Code: tea.KeyEscape})
		return tea.Batch(esc, m.press(withoutAlt(k)))
	}
	if m.suspending { // it is for the shell
		return nil
	}
	m.notice = ""
	keys := &m.keys
	if !key.Matches(k, keys.CopyNext) {
		m.offered = ""
	}
	if !key.Matches(k, keys.Quit, keys.Help, keys.Redraw) {
		m.list.Pin(m.frames.seen().cursor)
	}
	switch {
	case m.mode == modeFilter && key.Matches(k, keys.Leave):
		m.typing.set(m.filterBefore)
		m.leaveFilter()
		m.list.MoveToRow(m.filterFrom)
		return nil
	case key.Matches(k, keys.Interrupt):
		return tea.Quit
	case key.Matches(k, keys.Redraw):
		return tea.ClearScreen
	case key.Matches(k, keys.Suspend):
		return m.suspend()
	case m.tooSmallFor(): // nothing is done that cannot be seen
		if m.mode == modeTable && key.Matches(k, keys.Quit) {
			return tea.Quit
		}
		return nil
	}
	switch {
	case m.mode == modeFilter:
		return m.pressFilter(k)
	case m.mode == modeDialog:
		return m.pressDialog(k)
	case m.mode == modeColumns:
		m.pressColumns(k)
		return nil
	case m.mode == modeHelp:
		m.pressHelp(k)
		return nil
	case m.mode == modeLog:
		return m.pressLog(k)
	case m.mode == modeHolders:
		return m.pressHolders(k)
	case m.showsDetailFull():
		return m.pressDetail(k)
	}
	return m.pressTable(k)
}

// edits reports whether a key with alt is one that people know from the lines of shells. Of Esc with
// one of these nothing would come.
func edits(k tea.KeyPressMsg) bool {
	switch k.Code {
	case tea.KeyLeft, tea.KeyRight, tea.KeyBackspace, tea.KeyDelete:
		return true
	}
	return false
}

// withoutAlt is the key by itself, with the text that it has then.
func withoutAlt(k tea.KeyPressMsg) tea.KeyPressMsg {
	k.Mod &^= tea.ModAlt
	if r := cmp.Or(k.ShiftedCode, k.Code); unicode.IsPrint(r) && !k.Mod.Contains(tea.ModCtrl) {
		k.Text = string(r)
	}
	return k
}
