package ui

import "lockscope/ui/show"

// columns are the widths of the table's columns in cells, from the directory on; 0 = there is
// no room for it. The state has a width that is always the same.
type columns [show.ColumnCount]int

const (
	stateWidth   = 2 + len("unguarded")
	pidfileWidth = 7  // of a PID that the kernel gives out
	pidfileMost  = 10 // of any number that a pidfile may have
	commandWidth = 12 // at least
	sinceWidth   = 5
	dirWidth     = 28 // at least, while there is any column to its right
	gapWidth     = 2
	leftMargin   = 2 // the cursor's mark and the selection's
	rightMargin  = 1
)

// planColumns divides the width of the table. Where that is too little, columns drop from the right.
// longest is the width of the longest path: COMMAND gets what is to spare.
func planColumns(width, longest int) columns {
	c := columns{show.ColumnDirectory: width - leftMargin - stateWidth - gapWidth - rightMargin}
	dir := &c[show.ColumnDirectory]
	for i, w := range []int{pidfileWidth, show.NarrowHolderWidth, commandWidth, sinceWidth} {
		if *dir-gapWidth-w < dirWidth {
			break
		}
		c[int(show.ColumnPidfile)+i] = w
		*dir -= gapWidth + w
	}
	if more := pidfileMost - pidfileWidth; c[show.ColumnSince] > 0 && *dir-more >= dirWidth {
		*dir -= more
		c[show.ColumnPidfile] += more
	}
	if spare := *dir - max(longest, dirWidth); c[show.ColumnCommand] > 0 && spare > 0 {
		*dir -= spare
		c[show.ColumnCommand] += spare
	}
	*dir = max(*dir, 0)
	return c
}

// at is the column at a place of the line, for the mouse.
func (c columns) at(x int) show.Column {
	end := leftMargin + stateWidth + gapWidth/2
	by := show.ColumnState
	for ; by < show.ColumnSince && x >= end && c[by+1] > 0; by++ {
		end += c[by+1] + gapWidth
	}
	return by
}
