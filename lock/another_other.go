//go:build unix && !linux

package lock

import "lockscope/lock/proc"

// HeldDir is a directory whose lock a process holds. None is found on this system.
type HeldDir struct{}

// HeldBy finds none on this system.
func (n Names) HeldBy(p proc.Process) ([]HeldDir, error) { return nil, nil }

// Another finds none on this system.
func (d Dir) Another(held []HeldDir, pidfile Pidfile) string { return "" }

func (d Dir) namedHolds(file FileID) bool { return false }
