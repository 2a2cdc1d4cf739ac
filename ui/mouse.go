package ui

import (
	tea "charm.land/bubbletea/v2"

	"lockscope/ui/list"
	"lockscope/ui/show"
)

// wheelStep is how many lines a notch of the wheel moves.
const wheelStep = 3

// Lines of the screen, from the top.
const (
	countersY = 1
	bodyY     = 3
)

func (m *model) wheel(w tea.Mouse) {
	step := wheelStep
	if w.Button == tea.MouseWheelUp {
		step = -step
	}
	switch {
	case m.mode == asking:
		m.dialog.top += step
	case m.text != nil:
		m.scrollTo(m.scroll + step)
	default:
		m.list.MoveBy(step)
	}
}

// click does what a click at a place does: on a counter it shows that state
// alone, or all again, on that of errors the log; on a column's head it sorts; on a row it puts the cursor there,
// or in front of it selects the row.
func (m *model) click(p tea.Mouse) {
	if p.Button != tea.MouseLeft || m.mode == asking || m.tooSmallFor() {
		return
	}
	m.notice = ""
	l := m.layout()
	switch {
	case p.Y == countersY:
		m.clickCounter(p.X)
	case m.text != nil || p.X >= l.width:
	case p.Y == bodyY:
		m.clickHead(p.X, l)
	case p.Y > bodyY && p.Y <= bodyY+len(m.list.Window()):
		m.list.MoveToLine(p.Y - bodyY - 1)
		if p.X < leftMargin {
			m.list.Toggle()
		}
	}
}

func (m *model) clickCounter(x int) {
	at := 1
	for _, c := range m.counters() {
		next := at + show.Width(c.text)
		switch hit := at <= x && x < next; {
		case hit && c.log:
			m.mode, m.scroll = logging, 0
		case hit && c.shows != 0 && m.list.Classes() == c.shows:
			m.list.ShowClasses(0)
		case hit && c.shows != 0:
			m.list.ShowClasses(c.shows)
		}
		at = next
	}
}

func (m *model) clickHead(x int, l layout) {
	o := m.list.Order()
	if by := m.columns(l).at(x); by == o.Column {
		m.sort(list.Order{Column: by, Reverse: !o.Reverse})
	} else {
		m.sort(list.Order{Column: by})
	}
}
