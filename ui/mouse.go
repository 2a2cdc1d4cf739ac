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

// wheel scrolls what has the body, or the targets of the dialog.
func (m *model) wheel(w tea.Mouse) {
	step := wheelStep
	if w.Button == tea.MouseWheelUp {
		step = -step
	}
	switch {
	case m.mode == modeDialog:
		m.dialog.top += step
	case m.text != nil:
		m.scrollTo(m.scroll + step)
	default:
		m.list.MoveBy(step)
	}
}

// click acts on what is at a place. A counter shows its state alone, or all again; that of errors
// shows the log. A column's head sorts. A row gets the cursor, and in front of it is selected. In the
// dialog a click does nothing: it must not consent.
func (m *model) click(p tea.Mouse) {
	if p.Button != tea.MouseLeft || m.mode == modeDialog || m.tooSmallFor() {
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
			m.mode, m.scroll = modeLog, 0
		case hit && c.shows != 0 && m.list.Classes() == c.shows:
			m.list.ShowClasses(0)
		case hit && c.shows != 0:
			m.list.ShowClasses(c.shows)
		}
		at = next
	}
}

func (m *model) clickHead(x int, l layout) {
	o, w := m.list.Order(), m.columns(l)
	if by := w.under(x); by == o.Column {
		m.sort(list.Order{Column: by, Reverse: !o.Reverse})
	} else {
		m.sort(list.Order{Column: by})
	}
}
