package proc

import "golang.org/x/sys/unix"

// Process is the identity of a process: PIDs are given out again, but not with the same start time (proc(5)).
type Process struct {
	PID   int
	Ticks uint64 // start time in clock ticks since boot; 0 where it is not known
}

// State is what the kernel says of a PID.
type State uint8

const (
	Unknown State = iota // it could not be asked
	Gone                 // no process has it
	Alive                // a process has it, and runs
	Zombie               // a process has it, and all of its threads have exited: it waits to be reaped
)

// Exists reports whether there is a process of this PID, a zombie included. EPERM is an answer too: somebody is
// there (kill(2)). A PID below 1 means a group, and is nobody.
func Exists(pid int) bool {
	if pid <= 0 {
		return false
	}
	err := ignoringEINTR(func() error { return unix.Kill(pid, 0) })
	return err == nil || err == unix.EPERM
}
