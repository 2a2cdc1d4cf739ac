package pool

import "time"

// Of a Pool.
const (
	// lateShare: a job is late after a fifth of the limit. That is far above what a job takes that
	// does not hang, and far enough below the limit for a few of a group to be tried one after the
	// other before the first is abandoned.
	lateShare = 5
	// checksPerLimit: Wait looks for jobs that take too long 20 times in the limit. So one is
	// abandoned a twentieth of it too late at worst.
	checksPerLimit = 20
	// leastCheck is the shortest time between two of these looks.
	leastCheck = time.Millisecond
	// stalledAfter is how many jobs of a group must be abandoned, and none come back, for the group
	// to be stalled: one may just have been slow.
	stalledAfter = 2
	// mostTries is how many jobs of a group may be begun while it is under watch and none comes
	// back. They show whether it hangs or is slow, where the first ones were just unlucky, and each
	// may cost a goroutine.
	mostTries = 2
	// goroutinesPerWorker is how many goroutines there may be in all for each worker: those that
	// are left behind, and others in their place.
	goroutinesPerWorker = 4
	// leastGoroutines is how many there may be at least: one that is left behind costs little, and
	// each group that hangs takes a few.
	leastGoroutines = 256
	// mostKept is the largest queue whose memory is kept when it is empty: a new one grows fast.
	mostKept = 4096
)

// Of Calls.
const (
	// waitShare: a call waits for a third of the caller's limit. With the second try, for which it
	// waits a quarter as long, the caller comes back in time himself.
	waitShare = 3
	// leastFirstWait is the same at least, where the limit is very short.
	leastFirstWait = 50 * time.Millisecond
	// leastWait is how long every call waits at least: a busy host needs as much to let a goroutine
	// run.
	leastWait = 20 * time.Millisecond
	// mostPerKey is how many goroutines may be left behind for one key, and how often a call is
	// tried: the first may have been unlucky.
	mostPerKey = 2
	// mostCalls is how many goroutines may be left behind in all: each takes a thread of the system.
	mostCalls = 64
)
