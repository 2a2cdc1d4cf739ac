package ui

import (
	tea "charm.land/bubbletea/v2"

	"lockscope/ui/list"
	"lockscope/ui/show"
)

// listing is a list that has the body instead of the table: the log, or the holders.
type listing interface {
	// What the keys that move the cursor need to know and to do.
	Position() int
	Height() int
	Len() int
	MoveTo(int)
	MoveToLine(int)
}

// body is what has the body, or would if no filter was typed.
func (m *model) body() mode {
	if m.mode == modeFilter {
		return m.typedIn
	}
	return m.mode
}

// listing is the list that has the body, or nil.
func (m *model) listing() listing {
	switch m.body() {
	case modeLog:
		return &m.events.scroll
	case modeHolders:
		return &m.holders.scroll
	}
	return nil
}

// pressListing moves in a list that has the body, if that is what the key does.
func (m *model) pressListing(p listing, k tea.KeyPressMsg) bool {
	to, moves := m.keys.motion(k, p.Position(), p.Height(), p.Len()-1)
	if moves {
		p.MoveTo(to)
	}
	return moves
}

// clickListing puts the cursor on a line of the body.
func (m *model) clickListing(p listing, line int) {
	if line >= 0 && line < min(p.Height(), p.Len()) {
		p.MoveToLine(line)
	}
}

// listingLines are the lines of a list with its head, and below them what is known of the one with the cursor.
func (m *model) listingLines(head string, rows, facts []string) []string {
	body := m.layout().body
	lines := append([]string{head}, rows...)
	n := m.factRows()
	if n == 0 {
		return lines
	}
	lines = append(exactly(lines, body-n-1), m.ruleLine("", m.listingPosition()))
	return append(lines, exactly(facts, n)...)
}

// listingRows is how many rows of a list are in sight.
func (m *model) listingRows() int {
	rows := m.layout().body - 1
	if n := m.factRows(); n > 0 {
		rows -= n + 1
	}
	return max(rows, 1)
}

// factRows is how many lines there are for the one with the cursor.
func (m *model) factRows() int {
	switch body := m.layout().body; {
	case body >= detailFrom-chrome:
		return 4
	case body >= 7:
		return 2
	}
	return 0
}

// listingPosition says where in the list one is, and what has come above it meanwhile.
func (m *model) listingPosition() string {
	p := m.listing()
	if p.Len() == 0 {
		return ""
	}
	text := m.theme.dim.Render(show.Count(p.Position()+1) + " of " + show.Count(p.Len()))
	if n := m.events.above; n > 0 && m.body() == modeLog {
		text = m.theme.strong.Render(show.Count(n)+" new above, "+m.keys.Top.Keys()[0]+" goes there") + "  " + text
	}
	return text
}

// cursorRow marks the row with the cursor: its first text in reverse video, between two marks.
func (m *model) cursorRow(text, rest string) string {
	t := &m.theme
	return t.strong.Render(t.cursor) + t.reverse.Render(text) + t.strong.Render(t.cursorEnd) + rest
}

// showsAllWord says that a filter is gone, and why.
const showsAllWord = "shows all: it was not among what was shown"

// goTo leaves a list for the table, with the cursor on a directory. Where a filter hides that it goes.
func (m *model) goTo(path string) {
	switch {
	case m.list.GoTo(path):
	case m.list.Latest(path) == nil:
		m.notice = "no data directory now: " + m.pathOf(path)
		return
	default:
		m.showAll()
		m.list.GoTo(path)
		m.notice = showsAllWord
	}
	m.mode = modeTable
}

// leaveListing goes back to the table. What is known of the holders is not kept: it may be much.
func (m *model) leaveListing() {
	m.mode, m.scroll = modeTable, 0
	m.holders.holders = list.Holders{}
	m.holders.scroll.Set(nil)
}
