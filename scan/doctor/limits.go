package doctor

import "time"

const (
	// settleWithin is for how long the verdicts of a root are waited for after its walk. A flock probe waits for
	// two seconds of rest, and is given up after ten.
	settleWithin = 15 * time.Second
	// mostErrors is how many of the errors of one root are kept. They are examples: a scan prints them all.
	mostErrors = 3
	// mostNames is how many of the processes that show nothing are named. They are examples too.
	mostNames = 3
	// wantedFiles is how many descriptors a walk and its workers make use of: four times those that it keeps
	// open at most.
	wantedFiles = 1024
	// fewDirs is room for so few directories that hosts with many tenants have more.
	fewDirs = 10_000
)
