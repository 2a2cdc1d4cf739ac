package lock

import "time"

// maxPidfile is the longest text, in bytes, that is still read as a PID. A
// longer one is malformed: a number must never be cut short into another one.
const maxPidfile = 64

// reuseMargin is how much later than its pidfile a process may have started
// and still be the one that wrote it: start times are counted in clock ticks, file times by
// the file system's clock, and the clock may have been set in between.
const reuseMargin = 2 * time.Second

// inspectTries bounds how often Inspect looks again at a pidfile that changes under it.
const inspectTries = 10

// batch is how many temporaries are removed while the lock is held once.
const batch = 16

const (
	// inspectorLease is how long a lease is waited for when looking: an inspector keeps its own for
	// microseconds, so what lasts longer is no inspector's.
	inspectorLease = 10 * time.Millisecond
	// longestLease is how long an acquire waits for one. It is there for an inspector that was kept from running;
	// who keeps a lease for good has put it there against the daemon.
	longestLease = time.Second
)

const (
	// holdOffPatience is how long a break asks for its lease.
	holdOffPatience = 10 * time.Millisecond
	// holdOffTries is how often it asks in a row: together, that takes about as long as a daemon takes to come and go.
	holdOffTries = 100
)

const (
	// heldLimit is how long it may take to find out which locks a process holds: their directories may be on a file
	// system that hangs.
	heldLimit = 500 * time.Millisecond
	// heldMost is how many such searches may be under way, the hanging ones included.
	heldMost = 16
)

// mostEntries is how many entries of directories are looked at for links. That takes some 50 ms,
// where they are known to the kernel. It is done only for a live process that the pidfile names, or that holds the
// lock, and that has nothing else to do with the directory.
const mostEntries = 100_000

// mostLinks is how many links a path may lead through (path_resolution(7)).
const mostLinks = 40
