package lock

import "golang.org/x/sys/unix"

// renameNoReplace renames a file, and fails with EEXIST if something has the new name. EINVAL means
// that the file system cannot do this.
func (d Dir) renameNoReplace(from, to string) error {
	return ignoringEINTR(func() error { return unix.Renameat2(d.fd, from, d.fd, to, unix.RENAME_NOREPLACE) })
}
