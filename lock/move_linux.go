package lock

import "golang.org/x/sys/unix"

// move gives a file another name, unless something has that name. EINVAL means
// that the file system cannot do that.
func (d Dir) move(from, to string) error {
	return ignoringEINTR(func() error { return unix.Renameat2(d.fd, from, d.fd, to, unix.RENAME_NOREPLACE) })
}
