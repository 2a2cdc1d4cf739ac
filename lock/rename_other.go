//go:build unix && !linux

package lock

import "golang.org/x/sys/unix"

// renameNoReplace fails: on this system a rename may replace a file.
func (d Dir) renameNoReplace(from, to string) error { return unix.ENOTSUP }
