//go:build unix && !linux

package lock

import "time"

// FindProcess returns the process that has this PID now: ProcessGone, or
// ProcessAlive, which here may be a zombie or another process of that PID.
func FindProcess(pid int) (Process, ProcessState, error) {
	if !exists(pid) {
		return Process{}, ProcessGone, nil
	}
	return Process{PID: pid}, ProcessAlive, nil
}

// openInode opens a file if it is a regular one.
func openInode(dirfd int, name string, flags int) (fd int, id FileID, err error) {
	id, mode, err := fstatat(dirfd, name)
	if err == nil && !isRegular(mode) {
		err = ErrNotRegular
	}
	if err != nil {
		return -1, id, err
	}
	fd, err = openSame(dirfd, name, flags, id)
	return fd, id, err
}

// Started is not known on this system.
func (p Process) Started() time.Time { return time.Time{} }

// usedBy cannot be told on this system, so a live PID is always respected.
func (d Dir) usedBy(p Process) Use { return UseUnknown }

// NestedProcesses are not to be found on this system.
func NestedProcesses() (map[int][]Process, error) { return nil, nil }
