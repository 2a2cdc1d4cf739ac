package ui

// columns are the widths of the table's columns; 0 = there is no room for it.
type columns struct{ dir, pidfile, holder, command, since int }

const (
	stateWidth   = 2 + len("unguarded")
	pidfileWidth = 7  // of a PID that the kernel gives out
	pidfileMost  = 10 // of any number that a pidfile may have
	holderWidth  = 11
	commandWidth = 12 // at least
	sinceWidth   = 5
	dirWidth     = 28 // at least, while there is any column to its right
	gapWidth     = 2
	leftMargin   = 2 // the cursor's mark and the selection's
	rightMargin  = 1
)

// planColumns divides the width of the table. Where it does not do, columns
// drop from the right. longest is how long the longest path is.
func planColumns(width, longest int) columns {
	c := columns{dir: width - leftMargin - stateWidth - gapWidth - rightMargin}
	for _, column := range []struct {
		width int
		it    *int
	}{
		{pidfileWidth, &c.pidfile}, {holderWidth, &c.holder}, {commandWidth, &c.command}, {sinceWidth, &c.since},
	} {
		if c.dir-gapWidth-column.width < dirWidth {
			break
		}
		*column.it = column.width
		c.dir -= gapWidth + column.width
	}
	if more := pidfileMost - pidfileWidth; c.since > 0 && c.dir-more >= dirWidth {
		c.dir -= more
		c.pidfile += more
	}
	if spare := c.dir - max(longest, dirWidth); c.command > 0 && spare > 0 {
		c.dir -= spare
		c.command += spare
	}
	c.dir = max(c.dir, 0)
	return c
}

// at is the column at a place of the line.
func (c columns) at(x int) column {
	end := leftMargin + stateWidth + gapWidth/2
	for by, w := range []int{c.dir, c.pidfile, c.holder, c.command, c.since} {
		if x < end || w == 0 {
			return column(by)
		}
		end += w + gapWidth
	}
	return bySince
}
