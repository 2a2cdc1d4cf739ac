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

	// maxLines is how many lines the log keeps of problems, and of the rest: as many as anybody reads.
	maxLines = 2000
	// maxEvents is how many events these may have. Each takes 100 bytes or so.
	maxEvents = 100_000
	// maxAlike is how many lines may come of one kind of event in one second, by what they rest on: where
	// each of 1,000 daemons dies it is one line, where two die it is two.
	maxAlike = 8
	// openTime is for how long a line takes in what happened in its second: so late may it be told where
	// very much happens at once.
	openTime = time.Minute
	// maxHistory is how many events are kept of each directory.
	maxHistory = 10
	// pidPage is how many PIDs are together in the table of holders: where they are spread over all that
	// there can be, 4 million, the table of 80,000 has 10 MB.
	pidPage = 16
	// maxPID is the highest that Linux gives out (PID_MAX_LIMIT in include/linux/threads.h).
	maxPID = 1 << 22
	// maxSought is how many things below the cursor's are looked for where that is there no longer.
	maxSought = 32
	// maxGone is for how many directories that are gone this is kept: they may come back.
	maxGone = 1000
)
