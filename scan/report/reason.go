package report

import (
	"fmt"
	"math/bits"
)

// Reason is one fact that a verdict rests on. Its code is part of the JSON, and does not change.
type Reason uint8

const (
	PIDGone            Reason = iota // the process the pidfile names does not exist
	PIDZombie                        // it has exited and waits to be reaped
	PIDReused                        // its PID is another process's now, started after the pidfile was written
	PIDUnrelated                     // it lives, but has nothing to do with the directory
	PIDAlive                         // it lives and uses the directory
	PIDNotHolder                     // it is not among the processes that hold the lock
	PidfileMissing                   // there is no pidfile
	PidfileEmpty                     // the pidfile is empty
	PidfileMalformed                 // the pidfile's text is no PID
	PidfileNotRegular                // the pidfile is a symlink, FIFO, directory or device
	PidfileUnreadable                // the pidfile could not be read
	LockfileMissing                  // there is no lock file
	LockfileNotRegular               // the lock file is a symlink, FIFO, directory or device
	LockfileDeleted                  // a held lock file was deleted or replaced
	InheritedFD                      // only inherited descriptors keep the lock
	HolderNotVisible                 // the holder cannot be seen from here
	TempLeftover                     // a temporary pidfile was left behind
	Acquiring                        // an acquire is in progress
	Changing                         // the directory changed at every look
	Permission                       // not allowed to look
	IOError                          // the file system reported an error
	Timeout                          // no answer in time
	NotProbed                        // --probe=never, and nothing else could tell
	NotVisible                       // locks of this file system are not visible from here
	PIDThread                        // the number in the pidfile is that of a thread
	PosixLock                        // a process has a lock of another kind, such as POSIX, on the lock file
	HoldsAnother                     // the pidfile's process holds the lock of another directory with the same pidfile
	OpenElsewhere                    // the lock file is open, and no lock is seen to be held through it
	Leased                           // a process keeps a lease on the lock file
	HandingOver                      // who released the lock still lives: it may be handing the directory over
	MountedOver                      // a mount covers the directory whose lock file is held
	HostUnreachable                  // no connection to the host
	HostSilent                       // the host says nothing any more
	HostEnded                        // the far side ended
	HostGarbled                      // what the host says cannot be read
	LockscopeMissing                 // there is no lockscope on the host
	LockscopeVersion                 // the lockscope there is too old, or too new
	HostStalled                      // lockscope there answers, and looks at nothing any more
	reasonCount
)

var reasonCodes = [reasonCount]string{
	"pid-gone", "pid-zombie", "pid-reused", "pid-unrelated", "pid-alive", "pid-not-holder",
	"pidfile-missing", "pidfile-empty", "pidfile-malformed", "pidfile-not-regular", "pidfile-unreadable",
	"lockfile-missing", "lockfile-not-regular", "lockfile-deleted", "inherited-fd", "holder-not-visible",
	"temp-leftover", "acquiring", "changing", "permission", "io-error", "timeout", "not-probed", "not-visible",
	"pid-thread", "posix-lock", "holds-another", "open-elsewhere", "leased", "handing-over", "mounted-over",
	"host-unreachable", "host-silent", "host-ended", "host-garbled", "lockscope-missing", "lockscope-version",
	"host-stalled",
}

// String returns the code.
func (r Reason) String() string {
	if r < reasonCount {
		return reasonCodes[r]
	}
	return fmt.Sprintf("reason(%d)", uint8(r))
}

// reasonsOf returns the reasons that these words stand for. Unknown words are left out.
func reasonsOf(words []string) (rs Reasons) {
	for _, word := range words {
		for reason := range reasonCount {
			if reason.String() == word {
				rs = rs.With(reason)
			}
		}
	}
	return rs
}

// Reasons is a set of reasons.
type Reasons uint64

// With returns the set with r added.
func (rs Reasons) With(r Reason) Reasons { return rs | 1<<r }

// Has reports whether r is in the set.
func (rs Reasons) Has(r Reason) bool { return rs&(1<<r) != 0 }

// List returns the reasons in their fixed order.
func (rs Reasons) List() []Reason {
	out := make([]Reason, 0, bits.OnesCount64(uint64(rs)))
	for r := range reasonCount {
		if rs.Has(r) {
			out = append(out, r)
		}
	}
	return out
}

// AllReasons is the set of every reason.
const AllReasons Reasons = 1<<reasonCount - 1

// words returns the codes of the reasons.
func (rs Reasons) words() []string {
	words := []string{}
	for _, reason := range rs.List() {
		words = append(words, reason.String())
	}
	return words
}
