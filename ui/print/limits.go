package print

import (
	"time"

	"lockscope/ui/show"
)

// Where lines may be of any length, a cell wider than its column's limit moves only the rest of its own
// row: one tenant's very long path does not push every line off the screen. Commands are cut there,
// paths never: they are there to be copied. On a terminal, where a line that is too long becomes two,
// paths are cut too, in the middle.
const (
	maxDirectory = 80
	maxCommand   = 40
)

// columnGap is the space between two columns.
const columnGap = 2

// narrower are the steps by which a table becomes narrower: which column gives way, and
// down to how many cells.
var narrower = []struct {
	column show.Column
	least  int
}{
	{show.ColumnCommand, 20}, {show.ColumnDirectory, 40}, {show.ColumnCommand, 8}, {show.ColumnDirectory, 20},
}

// firstToGo are the columns that are left out, one after the other, where that does not do.
var firstToGo = []show.Column{show.ColumnCommand, show.ColumnSince, show.ColumnHolder, show.ColumnPidfile}

// A scan that takes no longer than this shows no progress: a line that flashes up tells nobody anything.
const progressAfter = 500 * time.Millisecond

// Redrawing more often than this only burdens a slow link.
const progressEvery = 100 * time.Millisecond
