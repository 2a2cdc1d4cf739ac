package lock

import (
	"math"
	"time"

	"golang.org/x/sys/unix"

	"lockscope/lock/eintr"
)

func open(dirfd int, name string, flags int, perm uint32) (fd int, err error) {
	err = eintr.Retry(func() error {
		fd, err = unix.Openat(dirfd, name, flags|unix.O_CLOEXEC, perm)
		return err
	})
	return fd, err
}

// openRegular opens a file if it is a regular one, and returns its identity. It looks before it
// opens, because opening alone can block (a FIFO) or have effects (a watchdog device may reboot the
// host).
func openRegular(dirfd int, name string, flags int) (fd int, id FileID, err error) {
	seen, mode, err := fstatat(dirfd, name)
	if err == nil && !isRegular(mode) {
		err = ErrNotRegular
	}
	if err != nil {
		return -1, seen, err
	}
	return openSeen(dirfd, name, flags, seen)
}

// openSeen opens what was seen to be a regular file. Another file may have taken its place since, as
// when an acquire renames its pidfile: then it opens that one, and returns its identity. If that is
// not a regular file, the open does not follow or wait for it, and closes it unread.
func openSeen(dirfd int, name string, flags int, seen FileID) (fd int, id FileID, err error) {
	fd, err = openWaitingForLease(dirfd, name, flags|unix.O_NOFOLLOW|unix.O_NONBLOCK)
	if err == unix.ELOOP || err == unix.ENXIO { // a symlink or a FIFO since
		err = ErrNotRegular
	}
	if err != nil {
		return -1, seen, err
	}
	id, mode, err := fstat(fd)
	if err == nil && !isRegular(mode) {
		err = ErrNotRegular
	}
	if err != nil {
		unix.Close(fd)
		return -1, id, err
	}
	return fd, id, nil
}

// openWaitingForLease opens with O_NONBLOCK. That fails with EAGAIN while somebody has a lease on the
// file, and tells them to give it up. So it tries again, for as long as an inspector may need to do
// that, and longer for an Acquire, which must not fail because of an inspector.
func openWaitingForLease(dirfd int, name string, flags int) (fd int, err error) {
	timeout := lookLeaseTimeout
	if flags&unix.O_RDWR != 0 {
		timeout = acquireLeaseTimeout
	}
	wait := leaseRetryMin
	for began := time.Now(); ; time.Sleep(wait) {
		fd, err = open(dirfd, name, flags, 0)
		if err != unix.EAGAIN || time.Since(began) > timeout {
			return fd, err
		}
		wait = min(2*wait, leaseRetryMax)
	}
}

// flock takes the lock without waiting; EWOULDBLOCK means that it is held.
func flock(fd, how int) error {
	return eintr.Retry(func() error { return unix.Flock(fd, how|unix.LOCK_NB) })
}

func unflock(fd int) {
	eintr.Retry(func() error { return unix.Flock(fd, unix.LOCK_UN) })
}

func fstat(fd int) (FileID, uint32, error) {
	var st unix.Stat_t
	err := eintr.Retry(func() error { return unix.Fstat(fd, &st) })
	return fileID(&st), uint32(st.Mode), err
}

// fstatat does not follow a symlink at name.
func fstatat(dirfd int, name string) (FileID, uint32, error) {
	var st unix.Stat_t
	err := eintr.Retry(func() error { return unix.Fstatat(dirfd, name, &st, unix.AT_SYMLINK_NOFOLLOW) })
	return fileID(&st), uint32(st.Mode), err
}

func fileID(st *unix.Stat_t) FileID {
	return FileID{Dev: uint64(st.Dev), Ino: st.Ino, MTime: nanoseconds(st.Mtim.Unix()), Size: st.Size}
}

// nanoseconds returns a time since the epoch, which a file's owner may have set to any: tmpfs takes 2^63
// seconds, ext4 the year 2446. What does not fit (before 1678, after 2261) becomes the first or last time
// that does, since an overflow would be a time that looks credible.
func nanoseconds(sec, nsec int64) int64 {
	switch {
	case sec >= math.MaxInt64/int64(time.Second):
		return math.MaxInt64
	case sec <= math.MinInt64/int64(time.Second):
		return math.MinInt64
	}
	return sec*int64(time.Second) + nsec
}

func isRegular(mode uint32) bool { return mode&unix.S_IFMT == unix.S_IFREG }

func read(fd int, p []byte) (n int, err error) {
	err = eintr.Retry(func() error {
		n, err = unix.Read(fd, p)
		return err
	})
	return max(n, 0), err
}

func fsync(fd int) error { return eintr.Retry(func() error { return unix.Fsync(fd) }) }

func (d Dir) unlink(name string) error {
	return eintr.Retry(func() error { return unix.Unlinkat(d.fd, name, 0) })
}

// listNames returns the entries of a directory that match. It opens the directory anew, because two
// readers of one descriptor share its offset, and each would miss entries.
func listNames(dirfd int, match func(string) bool) ([]string, error) {
	fd, err := open(dirfd, ".", unix.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	var names, batch []string
	buf := make([]byte, listSize)
	for listed := 0; listed <= maxListed; listed += len(batch) {
		n := 0
		err := eintr.Retry(func() error {
			n, err = unix.ReadDirent(fd, buf)
			return err
		})
		if err != nil || n <= 0 {
			return names, err
		}
		_, _, batch = unix.ParseDirent(buf[:n], -1, batch[:0])
		for _, name := range batch {
			if match(name) {
				names = append(names, name)
			}
		}
	}
	return names, errEndless
}
