package list

import "time"

const (
	// maxSearchedCommand is how many bytes of a command line a filter looks through. Command
	// lines of kilobytes have little to tell beyond that, and every key searches them all.
	maxSearchedCommand = 1024
	// filterPart is how many rows a goroutine filters. To filter as many takes well under a
	// millisecond.
	filterPart = 4096
	// maxWidth is from which width on paths count as equally wide: no screen has so many cells.
	maxWidth = 500
	// longNames is of how many paths one may be wider than is typical.
	longNames = 10
	// foldFrom is from how many directories on groups begin folded. Fewer can be looked through.
	foldFrom = 100
	// fewRows is of how many directories on some are typical, and others are not.
	fewRows = 3

	// maxEntries is how many entries the log keeps. Each keeps a report in memory.
	maxEntries = 1000
	// handOverGap is how soon after the last hand-over another one is no new entry.
	handOverGap = time.Minute
)
