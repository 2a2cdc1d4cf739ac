package proc

import (
	"golang.org/x/sys/unix"

	"lockscope/lock/eintr"
)

// Process is the identity of a process. A PID is used again after its process has ended, but not with
// the same start time.
type Process struct {
	PID   int
	Ticks uint64 // start time in clock ticks since boot (proc(5)); 0 if it is not known
}

// State is what the kernel says of a PID.
type State uint8

const (
	Unknown State = iota // it could not be found out
	Gone                 // no process has the PID
	Alive                // a process has the PID, and one of its threads has not exited
	Zombie               // a process has the PID, all its threads have exited, and it waits to be reaped
)

// Exists reports whether there is a process with this PID, which may be a zombie. It asks by kill(2)
// with signal 0, where EPERM means that there is one of another user. A PID below 1 would mean a
// process group, so it is never asked for. Only ESRCH means that there is none: a kernel that answers
// otherwise (a filter of system calls may) has not said so.
func Exists(pid int) bool {
	if pid <= 0 {
		return false
	}
	err := eintr.Retry(func() error { return unix.Kill(pid, 0) })
	return err != unix.ESRCH
}
