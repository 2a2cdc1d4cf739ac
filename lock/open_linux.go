package lock

import (
	"strconv"

	"golang.org/x/sys/unix"
)

// openInode opens a file if it is a regular one. The O_PATH descriptor pins it
// without opening it, so that what is opened is what was examined, whatever is
// swapped in by that name.
func openInode(dirfd int, name string, flags int) (fd int, id FileID, err error) {
	pin, err := open(dirfd, name, unix.O_PATH|unix.O_NOFOLLOW, 0)
	if err != nil {
		return -1, FileID{}, err
	}
	defer unix.Close(pin)
	id, mode, err := fstat(pin)
	if err == nil && !isRegular(mode) {
		err = ErrNotRegular
	}
	if err != nil {
		return -1, id, err
	}
	fd, err = open(unix.AT_FDCWD, "/proc/self/fd/"+strconv.Itoa(pin), flags|unix.O_NONBLOCK, 0)
	if err == unix.ENOENT { // no /proc here
		fd, err = openSame(dirfd, name, flags, id)
	}
	return fd, id, err
}
