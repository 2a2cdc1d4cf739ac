package lock

import (
	"golang.org/x/sys/unix"

	"lockscope/lock/eintr"
)

// lookOnly opens a directory for *at calls only, which takes a fifth less time.
const lookOnly = unix.O_PATH

// openBelow opens a directory at a path below another directory. It follows no symlink, and does not
// leave that directory.
//
// It falls back to openStepwise if there is no openat2(2) (before Linux 5.6), if a seccomp filter
// forbids it, and for a path that is too long for one call.
func openBelow(parent int, rel string) (int, error) {
	if rel == "" {
		rel = "."
	}
	fd, err := openat2(parent, rel, lookOnly|unix.O_DIRECTORY, unix.RESOLVE_BENEATH|unix.RESOLVE_NO_SYMLINKS)
	if err == unix.ENOSYS || err == unix.EPERM || err == unix.EAGAIN || err == unix.ENAMETOOLONG {
		return openStepwise(parent, rel)
	}
	return fd, err
}

// openat2 opens a file in a way that flags and resolve restrict (openat2(2)).
func openat2(dirfd int, name string, flags, resolve uint64) (fd int, err error) {
	how := unix.OpenHow{Flags: flags | unix.O_CLOEXEC, Resolve: resolve}
	err = eintr.Retry(func() error {
		fd, err = unix.Openat2(dirfd, name, &how)
		return err
	})
	return fd, err
}
