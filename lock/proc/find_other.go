//go:build unix && !linux

package proc

import (
	"errors"
	"time"

	"golang.org/x/sys/unix"
)

const lookOnly = unix.O_RDONLY

// Find returns the process that has this PID now. On this system its state is Gone, or Alive, also if
// it is a zombie. Its start time is not known, so it cannot be told from an earlier process.
func (f FS) Find(pid int) (Process, State, error) {
	if !Exists(pid) {
		return Process{}, Gone, nil
	}
	return Process{PID: pid}, Alive, nil
}

// Started is not known on this system.
func (p Process) Started() time.Time { return time.Time{} }

// Nested finds none: this system has no PID namespaces.
func (f FS) Nested() (map[int][]Process, error) { return nil, nil }

func numbersIn(dir string) ([]int, error) { return nil, errors.ErrUnsupported }

// separate finds none.
func (t Task) separate() []Task { return nil }
