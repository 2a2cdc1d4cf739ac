package scan

import "time"

const (
	// defaultTimeout is how long the looks at one directory may take, where Config says nothing.
	defaultTimeout = 5 * time.Second

	// jobsPerProcessor, leastJobs and mostJobs are what DefaultJobs is made of: storage gets several
	// requests at a time even from a host with one processor, and a bounded number from a large one.
	jobsPerProcessor = 2
	leastJobs        = 8
	mostJobs         = 32

	// Of Config.Memory so many per cent are for this program's own data, and for the watches that the kernel
	// keeps for it. The rest is for its code, what the kernel caches for it, and the screen.
	heapShare  = 70
	watchShare = 10
	// dirMemory is what a data directory takes in bytes, with its rows and texts, and the garbage that is made
	// before it is collected. countedMemory is the same with Config.SummaryOnly. baseMemory is what is taken
	// where there is none. They were measured with 20,000 to 200,000 directories.
	dirMemory     = 1400
	countedMemory = 160
	baseMemory    = 16 << 20
	// watchMemory is what a watch pins in the kernel's memory, on ext4, and what it takes here.
	watchMemory = 1500
	// leastDirs are known however little memory there is.
	leastDirs = 1000

	// walkEvery is how often the roots are walked again, unless walks take long: see restFactor.
	walkEvery = 15 * time.Second

	// refreshEvery is how often each directory is observed afresh though nothing seems to have changed.
	// Somebody may have run flock(1) by hand, and that changes nothing else.
	refreshEvery = 5 * time.Minute

	// refreshTogether: what is to be observed afresh within half a minute is so in one round. Each such round looks in
	// which namespaces all processes of the host are. With one of them every two seconds a host of 500 processes took
	// most of what an idle watch takes; now they take a fifteenth of that.
	refreshTogether = 30 * time.Second

	// splitsAfter is how soon after the last search former lock files are searched for again, where directories have
	// come: a daemon may still hold the lock of one that was removed, and nothing in the new one shows it.
	// Where the search takes long, restFactor and searchRests make it rarer.
	splitsAfter = time.Second

	// restFactor is how long the program rests after a walk, as a multiple of the time that the walk
	// took; the same for polls, and for searches for former lock files. So each takes a twentieth of one
	// processor at most.
	restFactor = 19

	// leastRestShare: after a round the program rests for a quarter of the interval at least before
	// it polls, however late the poll is by then.
	leastRestShare = 4

	// pollShare is which part of one processor a poll of directories that make events takes at most: a
	// two-thousandth. leastPoll is what it may take in any case.
	pollShare = 2000
	leastPoll = time.Millisecond
	// noTurnsShare: where polls look at none of these any more, since that took too long, some are looked at
	// again once a poll takes less than an eighth of its share, as when directories have gone.
	noTurnsShare = 8

	// looksAtATime is how many looks at known directories wait in the pool at a time.
	looksAtATime = 1000

	// confirmPolls: what hardly ever changes alone is confirmed in one poll of five. That is the
	// identity of the lock file and, where directories are few, the descriptors of held locks.
	confirmPolls = 5

	// fewDirs is how many directories are few. A poll of so many takes little time, so it confirms
	// more: the identity of each lock file and, in turn, the descriptors of held locks.
	fewDirs = 2000

	// moveEvery is how often a directory is looked at, at most, at which something moves all the time:
	// nobody could read more. While that goes on it doubles, up to moveRarely.
	moveEvery  = 100 * time.Millisecond
	moveRarely = 2 * time.Second

	// secondLookAfter is the time between two looks at a directory whose verdict does not stand. It is
	// longer than any moment of the protocol but an fsync.
	secondLookAfter = 100 * time.Millisecond

	// handOverWithin is how long after a release the next acquire still belongs to it: the deadline that the
	// protocol's original gives a successor.
	handOverWithin = 300 * time.Second

	// readWithin is within how long an event is read, on a host that is not overloaded and while this program is
	// not stopped.
	readWithin = 50 * time.Millisecond

	// tick is how exact a file's mtime is: the kernel's clock ticks at least so often.
	tick = 10 * time.Millisecond

	// maxLooks is how many looks in a row must agree on a held lock without a pidfile, where somebody
	// writes in the directory meanwhile. A directory that differs at each look is given up after
	// twice as many: it is reported as changing.
	maxLooks = 10

	// maxBegun is how often the looks begin anew since another lock file is there: somebody may replace it all the time.
	maxBegun = 3

	// restWithin is for how long the verdict on a directory waits until nothing moves there, so that its
	// lock may be asked for: some tries of two seconds. A one-off run waits for it.
	restWithin = 10 * time.Second

	// searchServes is how many rounds of second looks use the same search of all processes, which is
	// expensive. Each look confirms what the search found. So it misses only holders that came since.
	searchServes = 5

	// searchRests: where lock files are replaced, or directories come, all the time, a new search is made so many times as
	// long after the last one as that took, on the clock. Nothing is looked at meanwhile.
	searchRests = 3

	// tableAhead is how long after its start a round begins to read the kernel's lock table, where it
	// needs the table at its end. So the table is mostly there by then.
	tableAhead = 10 * time.Millisecond

	// deliverEvery is the least time between two updates: thousands of results become a few calls.
	deliverEvery = 20 * time.Millisecond

	// holdFor is how long Config.Stream holds results back at most, however few there are.
	holdFor = 250 * time.Millisecond

	// progressEvery is how often the progress of a walk is reported.
	progressEvery = 100 * time.Millisecond
)

// unlockWithin is when a lock is looked at again that is still held after its pidfile has gone. A release
// unlinks the one and then unlocks, which takes some microseconds, unless the process is stopped in between.
var unlockWithin = [...]time.Duration{time.Millisecond, 10 * time.Millisecond}
