package report

import (
	"slices"
	"time"

	"lockscope/lock"
	"lockscope/lock/proc"
)

// Source is the way by which a lock's state was established.
type Source uint8

const (
	SourceNone   Source = iota // it was not established, or there is no lock file
	SourceFdinfo               // a "lock:" line in the fdinfo of a process that has the file open (proc(5))
	SourceTable                // a line of /proc/locks
	SourceLease                // a lease (fcntl(2)): it was granted, so nobody has the file open
	SourceProbe                // a non-blocking flock(2), released at once
)

func (s Source) String() string {
	return [8]string{"", "fdinfo", "table", "lease", "probe"}[s&7]
}

// Process is what /proc says of one process. All directories that it appears in share it, and it
// never changes once it is published. Command and User come from outside: escape them before
// printing.
type Process struct {
	PID     int
	NSPID   int       // its PID in its own namespace; equal to PID in ours
	Ticks   uint64    // start time in clock ticks since boot. Together with PID it is the identity
	Started time.Time // the start time as a time of day
	Command string    // command line, its arguments joined by spaces, cut at 4 KiB
	User    string    // name of its effective user, or the number where the name is not known
}

// Holder is a process with a descriptor through which the flock on the lock file is held.
type Holder struct {
	Process   *Process
	FD        int
	Inherited bool     // another process took the lock: this one got the descriptor from it
	Deleted   bool     // its lock file was the directory's before, and is not any more
	Covered   bool     // Deleted is because a mount covers that lock file
	OtherUse  lock.Use // whether it uses more of the directory; known if Inherited and no holder is named
}

// Opener is a process that has the lock file open and holds no flock through it.
type Opener struct {
	Process   *Process
	FD        int
	Serves    bool // it serves a file system: its clients may hold what it has open
	OtherLock bool // it holds a lock of another kind on the file
}

// Restrictions is what keeps this program from seeing everything.
type Restrictions uint8

const (
	NotRoot     Restrictions = 1 << iota // it does not run as root
	NoPtrace                             // root, but without CAP_SYS_PTRACE: it cannot look into other users' processes
	NestedPIDNS                          // it runs in a PID namespace below the first: processes outside are hidden
	NoProc                               // /proc is not there, or does not show the mounts of this program
)

// Evidence is every fact that a verdict on one directory rests on.
type Evidence struct {
	lock.Evidence

	// Device is the file system's device as in mountinfo and in the kernel's lock table. On most file
	// systems it is st_dev, but not on btrfs.
	Device  uint64
	FS      string   // the file system's type, such as "ext4"
	Locker  int      // the PID that took the lock; 0 if the kernel did not tell
	Owner   *Process // the process that the pidfile names; nil if there is none with that PID
	Holders []Holder // in order of PID
	Openers []Opener // looked for only where no holder was found

	// Releaser is who was seen to release the lock, a short time ago, if it still lives: it may be handing the
	// directory over to another process. Nil where nobody was seen.
	Releaser *Process

	// OverlayMount is the mount point of an overlay of which the directory is, or may be, in a layer.
	OverlayMount string
	// UnreadMountNS is how many mount namespaces could not be read. An overlay with the directory
	// in a layer may be mounted in one of them.
	UnreadMountNS int32

	// The small fields follow each other, since there may be 100,000 of these.

	Source        Source
	Taker         lock.ProcessState // of Locker
	Searched      bool              // all processes were searched for holders
	OpenElsewhere bool              // somebody else has the lock file open: a lease was refused, or Openers were found
	Thread        bool              // the number in the pidfile is that of a thread of Owner
	// OtherPIDNS: the number in the pidfile was looked up in another PID namespace than ours: that
	// of the processes that hold the lock or use the directory.
	OtherPIDNS   bool
	Restrictions Restrictions
	Acquiring    bool // a temporary pidfile younger than 30 s lies beside a held lock
	Changing     bool // no two looks found the same
	WasHeld      bool // with Changing and ErrMoving: a look shortly before found the lock held

	Err error // why nothing could be established; nil otherwise
}

// LockedFile returns the lock file as lock lines name it.
func (ev *Evidence) LockedFile() proc.File { return proc.File{Dev: ev.Device, Ino: ev.Lock.ID.Ino} }

// SharesDevice reports whether several file systems have the device by which lock lines name the lock
// file. Each may have a file with its inode number, so a line does not tell which file it is of.
func (ev *Evidence) SharesDevice() bool { return ev.Device != ev.Dir.Dev }

// NamedHolds reports whether the process that the pidfile names is a holder.
func (ev *Evidence) NamedHolds() bool { return ev.NamedHolder() != nil }

// HasHolder reports whether a process is a holder.
func (ev *Evidence) HasHolder(p *Process) bool {
	return slices.ContainsFunc(ev.Holders, func(h Holder) bool { return h.Process.PID == p.PID && h.Process.Ticks == p.Ticks })
}

// NamedHolder returns the holder that the pidfile names, or nil. In a container the pidfile has the
// PID of the holder's own namespace; that match comes before one by the PID here.
func (ev *Evidence) NamedHolder() *Process {
	pid := ev.Pidfile.PID
	if ev.Thread && ev.Owner != nil {
		pid = ev.Owner.PID
	}
	var here *Process
	for _, h := range ev.Holders {
		switch {
		case h.Deleted:
		case h.Process.NSPID == ev.Pidfile.PID && h.Process.NSPID != h.Process.PID:
			return h.Process
		case h.Process.PID == pid:
			here = h.Process
		}
	}
	return here
}
