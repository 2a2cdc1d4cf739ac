package lock

import (
	"time"

	"golang.org/x/sys/unix"
)

// reuseMargin is how much later than its pidfile a process may have started
// and still be the one that wrote it: start times are counted in clock ticks, file times by
// the file system's clock, and the clock may have been set in between.
const reuseMargin = 2 * time.Second

// exists reports whether there is a process of this PID, a zombie included.
// EPERM is an answer too: somebody is there (kill(2)). A PID below 1 means a
// group, and is nobody.
func exists(pid int) bool {
	if pid <= 0 {
		return false
	}
	err := ignoringEINTR(func() error { return unix.Kill(pid, 0) })
	return err == nil || err == unix.EPERM
}

// Process is the identity of a process: PIDs are given out again, but not with
// the same start time (proc(5)).
type Process struct {
	PID   int
	Ticks uint64 // start time in clock ticks since boot; 0 where it is not known
}

// deletedMark is what the kernel appends to the name of an open file that was
// unlinked (proc(5)).
const deletedMark = " (deleted)"

// Use says whether a process uses a directory: has it, or something below it,
// open or mapped, or as its working or root directory.
type Use uint8

const (
	UseUnknown Use = iota // not permitted to look, or not all could be seen
	UseNone
	UseSome
)

// JudgeNamed says what became of the process a pidfile names, given what there
// is under that PID now: its state, when it started, when the pidfile was
// written, and whether it uses the directory. File times can be set by
// whoever owns the file, so they never outweigh use; and where use cannot be
// seen, nothing is concluded. It is pure.
func JudgeNamed(now ProcessState, started, written time.Time, use Use) ProcessState {
	switch {
	case now != ProcessAlive || use == UseSome:
		return now
	case use == UseUnknown:
		return ProcessUnknown
	case !started.IsZero() && started.After(written.Add(reuseMargin)):
		return ProcessReused
	}
	return ProcessUnrelated
}
