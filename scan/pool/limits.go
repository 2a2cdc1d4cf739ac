package pool

import "time"

// Of a Pool.
const (
	// lateShare is the share of the limit after which a job is late. It is well below the
	// limit, for jobs that another worker takes over are to come back in time themselves.
	lateShare = 5
	// checksPerLimit is how often, during the time that a job may take, Wait looks for those that
	// take longer. A job is abandoned that much too late at worst.
	checksPerLimit = 20
	// leastCheck is the shortest time between two of these looks.
	leastCheck = time.Millisecond
	// stalledAfter is how many jobs of a group must be abandoned, and none come back, for
	// the group to be stalled: one may just have been slow.
	stalledAfter = 2
	// mostTries is how many jobs of a group may be begun while none of it comes back.
	mostTries = 2
	// goroutinesPerWorker is how many goroutines there may be in all, those that are left behind
	// included, for each worker.
	goroutinesPerWorker = 4
	// leastGoroutines is how many there may be at least: one that is left behind costs
	// little, and each group that hangs takes a few.
	leastGoroutines = 256
)

// Of Calls.
const (
	// waitShare is the share of the caller's own limit that a call may take: the caller, who
	// makes two of them where the first gets no answer, is to come back in time himself.
	waitShare = 3
	// leastFirstWait is how long a call may take at least, while no other is left behind.
	leastFirstWait = 50 * time.Millisecond
	// leastWait is how long a call may take at least: a busy host needs as much to let a
	// goroutine run.
	leastWait = 20 * time.Millisecond
	// mostPerKey is how many goroutines may be left behind for one key, and how often a call
	// is tried: the first may have been unlucky.
	mostPerKey = 2
	// mostCalls is how many goroutines may be left behind in all: each takes a thread of the system.
	mostCalls = 64
)
