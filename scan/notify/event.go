package notify

import (
	"time"

	"lockscope/lock/proc"
)

// Batch is everything that happened since the last one was taken.
type Batch struct {
	// Dirs has each watch at which something happened, once, in the order of their first events.
	Dirs []DirEvent
	// Ends has the followed processes that ended, each once. They are followed no more.
	Ends []ProcessEnd
	// Mounts is when it was last seen that the mounts of this program's namespace had changed. Zero
	// where they have not.
	Mounts time.Time
	// Overflow is when it was last seen that the kernel had dropped events, since its queue was
	// full (fs.inotify.max_queued_events). Which is not known. Zero where none were.
	Overflow time.Time
}

// DirEvent is what happened at one watch.
type DirEvent struct {
	Watch *Watch
	// Entries that count, oldest first. Not to be written: two watches of one directory share it.
	Entries []Entry
	// Cut says that there were more of them, before those in Entries.
	Cut bool
	// Moved is when it was read that the directory itself was renamed. It is watched further,
	// wherever it is. Zero where it was not.
	Moved time.Time
	// Lost is why it is watched no more; zero while it is.
	Lost Reason
	// LostAt is when that was found out, and Until, if not zero, when it may be tried again.
	LostAt, Until time.Time
}

// Entry is one change of a directory's entries.
type Entry struct {
	Name   string // any bytes but '/' and NUL
	Change Change
	IsDir  bool
	Cookie uint32 // the same in the MovedFrom and MovedTo of one rename
	When   Moment

	named bool // its name counts: else it is told for being a sub-directory
}

// Moment is when something happened, as far as that can be told: inotify and pidfds do not tell the time.
type Moment struct {
	After time.Time // it had not happened yet
	Asked time.Time // the read began that told of it: whatever that did not tell of happened later
	At    time.Time // it had been read
}

// Change is what happened to an entry.
type Change uint8

const (
	Created   Change = iota + 1 // also linked
	Deleted                     // the name is gone; the file may not be
	MovedFrom                   // renamed: this was the old name
	MovedTo                     // renamed: this is the new name. What had it before makes no event
)

func (c Change) String() string {
	if int(c) < len(changes) {
		return changes[c]
	}
	return "unknown"
}

var changes = [...]string{"unknown", Created: "created", Deleted: "deleted", MovedFrom: "moved from", MovedTo: "moved to"}

// ProcessEnd tells that a process has ended.
type ProcessEnd struct {
	Process proc.Process // as it was given to Follow
	When    Moment       // After is zero if it had ended before it was followed
}

// Reason is why something is not, or no longer, watched or followed.
type Reason uint8

const (
	// Budget: no more is allowed. Or the watch had to go for that of a data directory.
	Budget Reason = iota + 1
	// NoSpace: the kernel had no more watches for this user (ENOSPC), so half of those that were held
	// were given back.
	NoSpace
	// Noisy: it made too many events.
	Noisy
	// Denied: the directory may not be read by this program (EACCES), or the process may not be seen.
	Denied
	// Unsupported: this kernel or container has no inotify or no pidfds, or no /proc.
	Unsupported
	// Failed: another error.
	Failed

	// Removed: the directory was removed, and nobody has it open any more.
	Removed
	// Unmounted: its file system was unmounted.
	Unmounted
	// Dropped: the kernel has ended the watch, and the event that said why was lost.
	Dropped
)

func (r Reason) String() string {
	if int(r) < len(reasons) {
		return reasons[r]
	}
	return "unknown"
}

var reasons = [...]string{
	"unknown", Budget: "budget", NoSpace: "no space", Noisy: "noisy", Denied: "denied", Unsupported: "unsupported",
	Failed: "failed", Removed: "removed", Unmounted: "unmounted", Dropped: "dropped",
}

// RefusedError is why Watch or Follow did nothing. What was asked for has to be polled.
type RefusedError struct {
	Reason Reason
	Until  time.Time // when it may be tried again; zero where that is not known
	Err    error     // the system's, if it is the cause
}

func (e *RefusedError) Error() string {
	text := "not watched: " + e.Reason.String()
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

func (e *RefusedError) Unwrap() error { return e.Err }
