package scan

import "time"

const (
	// walkEvery is how often the roots are walked again, unless a walk takes so long that it would
	// fill more than a twentieth of the time.
	walkEvery = 15 * time.Second

	// refreshEvery is within what time every directory is observed afresh, though nothing seems to
	// have changed: somebody may have run flock(1) by hand.
	refreshEvery = 5 * time.Minute

	// restFactor is how many times as long as a walk, or a poll, took of one processor the program
	// rests from it: together, they take a tenth of one at most.
	restFactor = 19

	// leastRest is which part of the interval is rested at least between two polls.
	leastRest = 4

	// confirmPolls is in how many polls that is confirmed once which hardly ever changes alone.
	confirmPolls = 5

	// fewDirs is up to how many directories more is confirmed in each poll than is likely to have
	// changed.
	fewDirs = 2000

	// lookAgain is how long after one look the next is taken: longer than any moment of the protocol
	// but an fsync.
	lookAgain = 100 * time.Millisecond

	// maxLooks bounds the looks at a directory that differs each time, and is how many must agree
	// where one that writes there would differ.
	maxLooks = 10

	// searchServes is how many rounds of second looks one search of all processes serves. What it
	// found is confirmed at each look, so only a holder that came since is missed.
	searchServes = 5

	// tableAhead is how long after its start a round reads the kernel's lock table that it will need
	// at its end, lest it has to wait there.
	tableAhead = 10 * time.Millisecond

	// deliverEvery is the least time between two updates: thousands of results become a few calls.
	deliverEvery = 20 * time.Millisecond

	// holdFor is how long results are held back at most with Config.Stream, however few there are.
	holdFor = 250 * time.Millisecond

	// progressEvery is how often a walk tells how far it is.
	progressEvery = 100 * time.Millisecond
)
