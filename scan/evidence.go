package scan

import (
	"time"

	"lockscope/lock"
)

// Source is the way a lock's state was established.
type Source uint8

const (
	SourceNone   Source = iota // it was not
	SourceFdinfo               // a lock: line in the fdinfo of a process that has the file open, see proc(5)
	SourceTable                // a line of /proc/locks
	SourceProbe                // a non-blocking flock(2), released at once
)

func (s Source) String() string {
	return [...]string{"", "fdinfo", "table", "probe"}[s&3]
}

// Process is what /proc says of one process. It is shared between all
// directories it appears in, and never changes once published. Command and
// User come from outside: escape them before printing.
type Process struct {
	PID     int
	NSPID   int       // its PID in its own namespace; equal to PID in ours
	Ticks   uint64    // start time in clock ticks since boot: with PID, its identity
	Started time.Time // the same as a time of day
	Command string    // command line, its arguments joined by spaces, cut at 4 KiB
	User    string    // name of its effective user, or the number
}

// Holder is a process that has a descriptor on the lock file through which
// the flock is held.
type Holder struct {
	*Process
	FD        int
	Inherited bool // another process took the lock, and this one got the descriptor from it
	Deleted   bool // the lock file it holds is no longer the directory's
}

// Evidence is every fact a verdict on one directory rests on.
type Evidence struct {
	lock.Evidence

	Source     Source
	Device     uint64            // the file system's device as mountinfo and the kernel's lock table name it; st_dev on most file systems, but not on btrfs
	FS         string            // its type, such as "ext4"
	Locker     int               // the PID that took the lock, as the kernel tells it; 0 if it did not
	Taker      lock.ProcessState // of Locker
	Owner      *Process          // the process that the pidfile names, if there is one by that PID
	Holders    []Holder          // in order of PID
	TableKnows bool              // the kernel's table was read, and would have a line of the lock file
	Swept      bool              // all processes were searched for holders

	Acquiring bool  // a temporary pidfile younger than 30 s lies beside a held lock
	Changing  bool  // no two looks found the same
	Err       error // why nothing could be established
}
