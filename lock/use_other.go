//go:build unix && !linux

package lock

import (
	"golang.org/x/sys/unix"

	"lockscope/lock/proc"
)

// usedBy does not know on this system, so a live PID is never taken for another process's.
func (d Dir) usedBy(p proc.Process) Use { return UseUnknown }

// HeldDir is a directory whose lock a process holds. None is found on this system.
type HeldDir struct{}

func (n Names) HeldBy(p proc.Process) ([]HeldDir, error) { return nil, nil }

func (d Dir) namedHolds(file FileID) bool { return false }

func (d Dir) Another(held []HeldDir, pidfile Pidfile) string { return "" }

const lookOnly = unix.O_RDONLY

func openBelow(parent int, rel string) (int, error) { return openStepwise(parent, rel) }
