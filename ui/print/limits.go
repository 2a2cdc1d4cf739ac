package print

import (
	"time"

	"lockscope/ui/show"
)

// How wide these columns become, in cells, where the output is not a terminal. A longer command is cut. A
// longer path is not, since somebody may want to copy it: it only moves the rest of its own row, and so
// one very long path does not make every line long. On a terminal the table fits its width instead, and
// paths are cut too, in the middle.
const (
	maxDirectory = 80
	maxCommand   = 40
)

// columnGap is the space between two columns, in cells.
const columnGap = 2

// shrinkSteps are the steps by which a table that is too wide for the terminal becomes narrower: which
// column shrinks, and to how many cells at least.
var shrinkSteps = []struct {
	column show.Column
	least  int
}{
	{show.ColumnCommand, 20}, {show.ColumnDirectory, 40}, {show.ColumnHost, 16}, {show.ColumnCommand, 8},
	{show.ColumnDirectory, 20}, {show.ColumnHost, 8},
}

// dropOrder has the columns that are left out, one after the other, where it is too wide even then.
var dropOrder = []show.Column{show.ColumnCommand, show.ColumnSince, show.ColumnHolder, show.ColumnPidfile}

// progressAfter is how long a scan takes before it shows progress. Nobody can read a line that is gone
// at once.
const progressAfter = 500 * time.Millisecond

// progressEvery is the least time between two drawings of the progress. More would only burden a slow link.
const progressEvery = 100 * time.Millisecond
