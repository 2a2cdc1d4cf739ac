package lock

import (
	"errors"

	"golang.org/x/sys/unix"
)

// removeLocked takes the lock, confirms what was seen, and removes the files of this batch.
func (b *breaker) removeLocked() ([]string, error) {
	fd, id, err := b.openLock()
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	leased, err := flockUnderLease(fd, b.seen.Alone)
	if leased {
		defer releaseLease(fd)
	}
	switch {
	case err == unix.EWOULDBLOCK || err == ErrOpenElsewhere && b.dir.namedHolds(b.seen.Lock.ID):
		return nil, &RefusedError{Dir: b.dir.path, Reason: RefusedHeld, PID: b.dir.Pidfile().PID}
	case err == ErrOpenElsewhere:
		if other := b.otherLocks(fd); other != nil {
			return nil, other
		}
		return nil, b.refuse(RefusedChanged, err)
	case err != nil:
		return nil, b.refuse(RefusedUnknown, pathError("flock", b.dir.filePath(b.dir.names.Lock), err))
	}
	defer unflock(fd)
	b.onStep(stepLocked)
	if err := b.otherLocks(fd); err != nil {
		return nil, err
	}
	if onDisk, _, err := fstatat(b.dir.fd, b.dir.names.Lock); err != nil || !onDisk.SameFile(id) {
		return nil, b.refuse(RefusedReplaced, err)
	}
	if err := b.confirm(); err != nil {
		return nil, err
	}
	b.onStep(stepConfirmed)
	removed, err := b.remove()
	b.onStep(stepRemoved)
	return removed, err
}

// openLock opens the lock file, and checks that it is the one that was seen.
func (b *breaker) openLock() (fd int, id FileID, err error) {
	fd, id, err = openRegular(b.dir.fd, b.dir.names.Lock, unix.O_RDONLY)
	switch {
	case err == unix.ENOENT:
		return -1, id, b.refuse(RefusedReplaced, nil)
	case err == unix.EAGAIN:
		return -1, id, b.refuse(RefusedUnknown, ErrLeased)
	case err != nil:
		return -1, id, b.refuse(RefusedUnknown, pathError("open", b.dir.filePath(b.dir.names.Lock), err))
	case !id.SameFile(b.seen.Lock.ID):
		unix.Close(fd)
		return -1, id, b.refuse(RefusedReplaced, nil)
	}
	return fd, id, nil
}

// otherLocks refuses if somebody has a lock of another kind on the lock file, since they may be using
// the directory.
func (b *breaker) otherLocks(fd int) error {
	pid, held, err := posixHolder(fd)
	switch {
	case held:
		return b.refuse(RefusedHeld, &PosixLockError{PID: pid})
	case err != nil && err != errors.ErrUnsupported:
		return b.refuse(RefusedUnknown, pathError("fcntl", b.dir.filePath(b.dir.names.Lock), err))
	}
	return nil
}
