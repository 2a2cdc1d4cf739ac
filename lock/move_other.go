//go:build unix && !linux

package lock

import "golang.org/x/sys/unix"

// move cannot be done on this system without the risk to replace something.
func (d Dir) move(from, to string) error { return unix.ENOTSUP }
