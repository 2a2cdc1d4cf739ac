package report

import "time"

// Handoff is that one process gave a directory to another: the first released the lock, and while it still
// lived the second acquired it. It is known by the events of the pidfile, so of a directory that is watched.
type Handoff struct {
	Host, Root, Path string // as of the directory's Report
	From, To         Peer

	// Released is when the releaser's pidfile was seen to go, and Acquired when the first file of the next
	// one was seen to come.
	Released, Acquired time.Time
	// Gap is the time in between, in which nobody held the lock. Where AtMost is set, both were seen in the
	// same moment: then the gap was not longer than Gap.
	Gap    time.Duration
	AtMost bool

	// RolledBack: the releaser took the directory back, since its successor could not acquire the lock, or
	// has ended. Then From is who had it before that, and To is the releaser.
	RolledBack bool
}

// Peer is a process at one end of a hand-off. The command comes from outside: escape it before printing.
type Peer struct {
	PID     int
	Command string // as in [Process]
}
