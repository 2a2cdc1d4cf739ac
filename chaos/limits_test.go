package chaos

import "time"

const (
	directories = 40
	mostIdle    = 2 // daemons of a directory that wait for their turn
	mostFormer  = 2 // and that hold an earlier lock file of it
	// usualTime is how long the test takes where LOCKSCOPE_CHAOS_TIME does not say.
	usualTime = 5 * time.Second

	// lookTakes is how long before its time (when it ended) a look may have begun. It is some milliseconds; on a
	// host with many more processes that run than processors it was seen to take nearly a second. A second look, which some verdicts wait for, is
	// one of its own.
	lookTakes = 1500 * time.Millisecond
	// rounding: times are printed in ms, and two clocks are read one after the other.
	rounding = 2 * time.Millisecond
	// tick: the time of a file is that of the kernel's last tick.
	tick = 10 * time.Millisecond
	// goneTakes is how long before its line a directory may have gone: the line has no time. Moved into a directory
	// above it, it makes an event; otherwise a poll finds it.
	goneTakes = 6 * time.Second

	// staleAfter is how long something that does not change may be told wrongly. It is what a loaded host needs to
	// look at everything in turn, since not all changes make events.
	staleAfter = 8 * time.Second
	// foundAfter is how long a directory may be missing: it is found by a walk. Walks rest for 19 times as long as they
	// take, and go on after 15 s at the latest unless they take longer.
	foundAfter = 15 * time.Second

	// afterDeath is how long after a death the lock may still look held: who reads the fdinfo of a dying process keeps
	// its file open for that time, microseconds unless it is preempted.
	afterDeath = 100 * time.Millisecond

	// toldLate: an event is read late where the host is loaded, and the times of a hand-off are those of the reading.
	toldLate = 2 * time.Second
	// heldLong: a successor is seen that holds the lock for so long, so the hand-off is owed.
	heldLong = 250 * time.Millisecond
	// leastTold is which share of the owed hand-offs must be told, besides mayMiss of a short run. On an idle host it is
	// all but those in a directory that has just come or moved, and is not watched yet. On a loaded one the successor's
	// pidfile is replaced, or who released ends, before anybody was asked, and then nothing is told.
	leastTold = 0.75
	mayMiss   = 3

	untoldAround = time.Second // what is shown before and after one that was not told

	answerTime = 60 * time.Second // for a process to answer; the busiest host needs less
	settleTime = 60 * time.Second // for the end: that all is told as it is

	burstTime   = 300 * time.Millisecond
	scrapeEvery = 200 * time.Millisecond
	breakEvery  = 300 * time.Millisecond
)

// What the two that watch may have at the end more than when the first pass was over and no daemon ran. Then as at the
// end there is nothing to follow.
const (
	moreDescriptors = 8               // connections of scrapes, a walk that is just going on
	moreWatches     = 2 * directories // directories moved elsewhere, and those above them
	mostThreads     = 64              // threads of Go do not end; the workers that may hang are bounded
	moreMemory      = 64 << 20        // the log of hand-offs, and garbage
)
