package ui

// The screen, from the top: header, counters, rule, body, rule, foot. The body is the table with
// its head, and the detail below it under a rule, or beside it; or one text that has it all.
const (
	minWidth   = 24  // of a screen that shows anything
	wideHelp   = 60  // columns of screen from which on a state and its meaning stand side by side
	minHeight  = 8   // the same
	chrome     = 5   // lines that are not body
	detailFrom = 20  // lines of screen from which on there is room for the detail below the table
	besideFrom = 160 // columns of screen from which on there is room for it beside the table
)

// layout is how the screen is divided.
type layout struct {
	width  int // of the table; less than the screen's where the detail is beside it
	body   int // lines
	rows   int // of the table; its head comes on top
	detail int // lines of detail below the table, without its rule; 0 = none
}

// layout divides the screen.
func (m *model) layout() layout {
	l := layout{width: m.width, body: max(m.height-chrome, 1)}
	if m.detail == detailShown && m.width >= besideFrom {
		l.width = m.width * 3 / 5
	} else if m.detail == detailShown && m.roomForDetail() {
		l.detail = min(max(m.height*3/10, 6), 12)
	}
	l.rows = l.body - 1
	if l.detail > 0 {
		l.rows -= l.detail + 1
	}
	l.rows = max(l.rows, 1)
	return l
}

// roomForPane reports whether there is room for the detail with the table.
func (m *model) roomForPane() bool { return m.width >= besideFrom || m.roomForDetail() }

// roomForDetail reports whether there is room for the detail below the table.
func (m *model) roomForDetail() bool { return m.height >= detailFrom }

// tooSmallFor reports whether the screen is too small for anything.
func (m *model) tooSmallFor() bool { return m.width < minWidth || m.height < minHeight }

// exactly cuts or fills to n lines.
func exactly(lines []string, n int) []string {
	lines = lines[:min(len(lines), n)]
	for len(lines) < n {
		lines = append(lines, "")
	}
	return lines
}
