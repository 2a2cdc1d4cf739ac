package ui

import (
	"slices"

	"lockscope/ui/show"
)

// columns is how the columns of the table are laid out.
type columns struct {
	width [show.ColumnCount]int // in cells, from the directory on; 0 = not shown
	room  int                   // for all from the directory on
	whole bool                  // nothing is cut in them, and they are scrolled
	at    int                   // how many cells of them are scrolled out to the left
	tail  string                // what all paths end with, and is left out
	usual string                // the last name of most paths, which is cut first
}

// The state has a width that is always the same.
const (
	stateWidth   = 2 + len("unguarded")
	pidfileWidth = 7  // of a PID that the kernel gives out
	pidfileMost  = 10 // of any number that a pidfile may have
	commandWidth = 11 // at least
	commandMuch  = 40 // before a path that is wider than most gets more
	sinceWidth   = 5
	dirWidth     = 28 // at least, while there is any column to its right
	gapWidth     = 2
	leftMargin   = 3 // the cursor's mark, the selection's, and a gap to the glyph
	rightMargin  = 1
)

// paths is how wide the paths of a table are, in cells.
type paths struct {
	typical, widest int
	tail            string
	host            int // the longest name of a host; 0 where this one alone is watched
}

// roomBeside is the room beside the state.
func roomBeside(width int) int { return max(width-leftMargin-stateWidth-gapWidth-rightMargin, 0) }

// planColumns divides the width of the table. Where that is too little, columns drop from the right, and
// what all paths end with is left out before any path is cut. What is to spare makes paths whole that are
// wider than most, and the rest is for COMMAND.
func planColumns(width int, p paths, hidden show.Columns) columns {
	c := columns{room: roomBeside(width)}
	dir := &c.width[show.ColumnDirectory]
	*dir = c.room
	if p.host > 0 {
		c.width[show.ColumnHost] = min(p.host, c.room/3)
		*dir -= c.width[show.ColumnHost] + gapWidth
	}
	dropped := false
	for i, w := range []int{pidfileWidth, show.NarrowHolderWidth, commandWidth, sinceWidth} {
		column := show.ColumnPidfile + show.Column(i)
		if dropped || hidden.Has(column) {
			continue
		}
		if dropped = *dir-gapWidth-w < dirWidth; !dropped {
			c.width[column] = w
			*dir -= gapWidth + w
		}
	}
	give := func(to show.Column, more int, least int) {
		if more = min(more, *dir-least); more > 0 && c.width[to] > 0 {
			c.width[to] += more
			*dir -= more
		}
	}
	if *dir-dirWidth >= pidfileMost-pidfileWidth && !dropped {
		give(show.ColumnPidfile, pidfileMost-pidfileWidth, dirWidth)
	}
	if tail := show.Width(p.tail); *dir < p.widest && tail > 0 {
		c.tail = p.tail
		p.typical, p.widest = p.typical-tail, p.widest-tail
	}
	give(show.ColumnCommand, commandMuch-commandWidth, max(p.typical, dirWidth))
	give(show.ColumnCommand, *dir, max(p.widest, dirWidth))
	return c
}

// wholeColumns are as wide as what is in them, and may be scrolled.
func wholeColumns(width int, p paths, hidden show.Columns) columns {
	c := columns{room: roomBeside(width)}
	c.width = [show.ColumnCount]int{
		show.ColumnHost: p.host, show.ColumnDirectory: max(p.widest, dirWidth), show.ColumnPidfile: pidfileMost,
		show.ColumnHolder: show.NarrowHolderWidth, show.ColumnCommand: maxCommandWidth, show.ColumnSince: sinceWidth,
	}
	for column := range c.width {
		if hidden.Has(show.Column(column)) {
			c.width[column] = 0
		}
	}
	return c
}

// total is how many cells the columns take together.
func (c *columns) total() int {
	n := -gapWidth
	for _, w := range c.width {
		if w > 0 {
			n += w + gapWidth
		}
	}
	return n
}

// stops are where whole columns can be scrolled to: where each begins, and what follows of a wide one.
func (c *columns) stops() []int {
	last := max(c.total()-c.room, 0)
	stops := []int{}
	at := 0
	for _, w := range c.width {
		if w == 0 {
			continue
		}
		for part := 0; part < w; part += c.room {
			stops = append(stops, min(at+part, last))
		}
		at += w + gapWidth
	}
	return slices.Compact(stops)
}

// under is the column at a place of the line, for the mouse.
func (c *columns) under(x int) show.Column {
	x -= leftMargin + stateWidth + gapWidth/2
	by := show.ColumnState
	if x < 0 {
		return by
	}
	x += c.at
	for column := show.ColumnHost; column < show.ColumnCount; column++ {
		if c.width[column] == 0 {
			continue
		}
		by = column
		if x -= c.width[column] + gapWidth; x < 0 {
			break
		}
	}
	return by
}
