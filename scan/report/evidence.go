package report

import (
	"time"

	"lockscope/lock"
	"lockscope/lock/proc"
)

// Source is the way a lock's state was established.
type Source uint8

const (
	SourceNone   Source = iota // it was not
	SourceFdinfo               // a lock: line in the fdinfo of a process that has the file open, see proc(5)
	SourceTable                // a line of /proc/locks
	SourceLease                // a lease, granted because nobody has the file open (fcntl(2)), and given back at once
	SourceProbe                // a non-blocking flock(2), released at once
)

func (s Source) String() string {
	return [8]string{"", "fdinfo", "table", "lease", "probe"}[s&7]
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
	Process   *Process
	FD        int
	Inherited bool     // another process took the lock, and this one shares the descriptor with it
	Deleted   bool     // the lock file it holds is no longer the directory's
	Covered   bool     // and that because a mount covers the directory that it is in
	Works     lock.Use // whether it uses anything else of the directory; asked only of heirs, and where nobody holds the lock by name
}

// Opener is a process that has the lock file open and holds no flock through it.
type Opener struct {
	Process *Process
	FD      int
	Serves  bool // the process serves a file system: what it has open, others may hold
	Other   bool // it holds a lock of another kind
}

// Lacks is what keeps this program from seeing everything.
type Lacks uint8

const (
	LacksRoot   Lacks = 1 << iota // it does not run as root
	LacksPtrace                   // it runs as root, without CAP_SYS_PTRACE: processes of others cannot be looked into
	LacksPIDs                     // it runs in a PID namespace below the first: processes outside are hidden
)

// Evidence is every fact a verdict on one directory rests on.
type Evidence struct {
	lock.Evidence

	Source  Source
	Device  uint64            // the file system's device as mountinfo and the kernel's lock table name it; st_dev on most file systems, but not on btrfs
	FS      string            // its type, such as "ext4"
	Locker  int               // the PID that took the lock, as the kernel tells it; 0 if it did not
	Taker   lock.ProcessState // of Locker
	Owner   *Process          // the process that the pidfile names, if there is one by that PID
	Holders []Holder          // in order of PID
	Swept   bool              // all processes were searched for holders
	Busy    bool              // a lease was refused: somebody has the lock file open
	Openers []Opener          // who has it open without a flock; searched for only where nobody was found to hold it
	Thread  bool              // the number in the pidfile is that of a thread of Owner
	There   bool              // the number in the pidfile was looked up in the PID namespace of those who hold or use the directory, and not here
	Lacks   Lacks
	Merged  string // where an overlay is mounted of which the directory is, or may be, in a layer
	Unread  int    // mount namespaces that could not be read: an overlay of which the directory is a layer may be mounted there

	Acquiring bool  // a temporary pidfile younger than 30 s lies beside a held lock
	Changing  bool  // no two looks found the same
	Err       error // why nothing could be established
}

// LockedFile is the lock file as lock lines name it.
func (ev *Evidence) LockedFile() proc.File { return proc.File{Dev: ev.Device, Ino: ev.Lock.ID.Ino} }

// SharesDevice reports whether lock lines name the lock file by a device of several file systems, in
// each of which there may be another file of its inode number: then they do not tell which file it is.
func (ev *Evidence) SharesDevice() bool { return ev.Device != ev.Dir.Dev }
