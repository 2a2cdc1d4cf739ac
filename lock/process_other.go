//go:build unix && !linux

package lock

import (
	"time"

	"golang.org/x/sys/unix"
)

// FindProcess returns the process that has this PID now: ProcessGone, or
// ProcessAlive, which here may be a zombie or another process of that PID.
func FindProcess(pid int) (Process, ProcessState, error) {
	if !exists(pid) {
		return Process{}, ProcessGone, nil
	}
	return Process{PID: pid}, ProcessAlive, nil
}

// Started is not known on this system.
func (p Process) Started() time.Time { return time.Time{} }

// usedBy cannot be told on this system, so a live PID is always respected.
func (d Dir) usedBy(p Process) Use { return UseUnknown }

// HeldDir is a directory whose lock a process holds: none is to be found on this system.
type HeldDir struct{}

func (n Names) HeldBy(p Process) ([]HeldDir, error) { return nil, nil }

func (d Dir) namedHolds(file FileID) bool { return false }

func (d Dir) Another(held []HeldDir, pidfile Pidfile) string { return "" }

// NestedProcesses are not to be found on this system.
func NestedProcesses() (map[int][]Process, error) { return nil, nil }

const lookOnly = unix.O_RDONLY

func openBelow(parent int, rel string) (int, error) { return openStepwise(parent, rel) }
