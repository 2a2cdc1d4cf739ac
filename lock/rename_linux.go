package lock

import (
	"golang.org/x/sys/unix"

	"lockscope/lock/eintr"
)

// renameNoReplace renames a file, and fails with EEXIST if something has the new name. EINVAL means
// that the file system cannot do this.
func (d Dir) renameNoReplace(from, to string) error {
	return eintr.Retry(func() error { return unix.Renameat2(d.fd, from, d.fd, to, unix.RENAME_NOREPLACE) })
}
