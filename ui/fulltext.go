package ui

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// pressScroll moves through a text that has the whole body, if that is what the key does.
func (m *model) pressScroll(k tea.KeyPressMsg) bool {
	page := m.layout().body
	to, moves := m.keys.motion(k, m.scroll, page, len(m.text))
	if key.Matches(k, m.keys.Page) {
		to, moves = m.scroll+page, true
	}
	if moves {
		m.scrollTo(to)
	}
	return moves
}

// scrollTo puts a line at the top, or one that leaves no room empty.
func (m *model) scrollTo(line int) {
	m.scroll = max(min(line, len(m.text)-m.layout().body), 0)
}

// fullText is the text that has the whole body: the help, the detail, or a list. It is nil where
// the table has it.
func (m *model) fullText() []string {
	switch {
	case m.mode == modeHelp:
		return m.helpLines()
	case m.body() == modeLog:
		return m.logLines()
	case m.body() == modeHolders:
		return m.holderLines()
	case m.showsDetailFull() && m.mode != modeDialog:
		return m.detailLines(m.list.Current(), m.width, true)
	}
	return nil
}
