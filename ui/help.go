package ui

import (
	"unicode/utf8"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// helpState is what the help is about, and what is searched for in it.
type helpState struct {
	of        mode   // the place that it was asked for in, and that one comes back to
	detail    bool   // that was the detail
	search    string // "" for all
	searching bool   // keys go to it
}

// openHelp shows the help for the place that one is in.
func (m *model) openHelp() {
	m.helping = helpState{of: m.mode, detail: m.showsDetailFull()}
	m.mode, m.scroll = modeHelp, 0
}

// pressHelp is for the help. Its search is a line at the foot; letters belong to its text.
func (m *model) pressHelp(k tea.KeyPressMsg) {
	h, keys := &m.helping, &m.keys
	switch {
	case h.searching && key.Matches(k, keys.Keep):
		h.searching = false
	case h.searching && key.Matches(k, keys.Erase):
		_, n := utf8.DecodeLastRuneInString(h.search)
		h.search = h.search[:len(h.search)-n]
	case h.searching && k.Text != "" && len(h.search) < maxHelpSearch:
		h.search += k.Text
	case key.Matches(k, keys.Back) && (h.searching || h.search != ""):
		h.search, h.searching = "", false
	case h.searching:
		return
	case key.Matches(k, keys.Filter):
		h.searching = true
	case m.pressScroll(k):
		return
	case key.Matches(k, keys.Help, keys.Back, keys.Quit, keys.Detail):
		m.mode = h.of
	}
	m.scroll = 0
}
