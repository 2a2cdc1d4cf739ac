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

// maxPlaces is of how many roots the metrics have counts of their own, on all hosts together, nine series each: what
// another host says of itself must not fill the memory. Each host has an equal share of them, so that one that lies
// takes none of another's, and leastPlaces where they are many. The directories of all other roots are counted as below
// moreRoots, which no absolute path is.
const (
	maxPlaces   = 2000
	leastPlaces = 20
	moreRoots   = "(more)"
)

// maxLabel is how many bytes of a text from outside are the value of a label: the longest path that a system call takes.
// A root of another host that is longer than maxRoot is among moreRoots: maxPlaces of these are 9 MB of a scrape.
const (
	maxLabel = 4096
	maxRoot  = 512
)

// MaxProblemMetrics is of how many directories in trouble each may have a series of its own. Prometheus keeps
// the series of every path that ever was in trouble.
const MaxProblemMetrics = 1000

// gapBuckets are those of the histogram of hand-offs' gaps, in seconds: from the fastest daemons up to the time
// that the protocol's original gives a successor.
var gapBuckets = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300}

// How a diagnosis is laid out, in cells. It is text to read, so it fits 80 columns on any terminal.
const (
	doctorWidth  = 80
	doctorStatus = 9  // of the word for what came of a check, and the space after it
	doctorIndent = 28 // of the texts: the longest name of a check has 15
	doctorNarrow = 60 // narrower than this the texts are below
)
