package lock

import (
	"golang.org/x/sys/unix"

	"lockscope/lock/eintr"
)

// CheckBreak finds out whether BreakStale would refuse this evidence now, and changes nothing. If it
// would, the error is the same [*RefusedError]. It may be called concurrently.
//
// It takes no flock, since that could refuse a daemon that is starting. So if there is no error, the
// lock is LockFree only if a lease proved that. If it is LockUnknown, Err says why there was no lease,
// as in [Dir.LeaseSeen], and a break may still find the lock held.
func CheckBreak(dir string, seen Evidence) (LockFile, error) {
	return DefaultNames.CheckBreak(dir, seen)
}

// CheckBreak does what the function CheckBreak does, for files of these names.
func (n Names) CheckBreak(dir string, seen Evidence) (LockFile, error) {
	b, err := n.openSeen(dir, seen)
	if err != nil {
		return LockFile{}, err
	}
	defer b.dir.Close()
	if len(n.Leftovers(seen)) == 0 {
		return LockFile{}, b.refuse(RefusedNothing, nil)
	}
	if err := b.proveGone(); err != nil {
		return LockFile{}, err
	}
	if err := b.mayRemove(); err != nil {
		return LockFile{}, err
	}
	l := LockFile{State: LockMissing}
	if seen.Lock.State != LockMissing {
		if l, err = b.checkLock(); err != nil {
			return LockFile{}, err
		}
	}
	if err := b.confirm(); err != nil {
		return LockFile{}, err
	}
	if !b.sameFiles() {
		return LockFile{}, b.refuse(RefusedChanged, nil)
	}
	return l, nil
}

// checkLock finds out what it can about the lock without taking it.
func (b *breaker) checkLock() (LockFile, error) {
	fd, id, err := b.openLock()
	if err != nil {
		return LockFile{}, err
	}
	defer unix.Close(fd)
	if err := b.otherLocks(fd); err != nil {
		return LockFile{}, err
	}
	switch err := takeWriteLease(fd); err {
	case nil:
		releaseLease(fd)
		return LockFile{State: LockFree, ID: id}, nil
	case unix.EAGAIN:
		if b.seen.Alone {
			if awaitReadLease(fd) == unix.EAGAIN {
				return LockFile{}, b.refuse(RefusedChanged, ErrOpenElsewhere) // as flockUnderLease does
			}
			releaseLease(fd)
		}
		return LockFile{ID: id, Err: ErrOpenElsewhere}, nil
	default:
		return LockFile{ID: id, Err: pathError("fcntl", b.dir.filePath(b.dir.names.Lock), err)}, nil
	}
}

// mayRemove refuses if the system would not allow to remove one of the files. It looks at all of them
// before any is removed, so that a break does not fail half-way.
func (b *breaker) mayRemove() error {
	if err := b.dir.Writable(); err != nil {
		return b.refuse(RefusedUnknown, err)
	}
	is, err := attributesOf(b.dir.fd, "")
	if err != nil {
		return b.refuse(RefusedUnknown, pathError("statx", b.dir.path, err))
	}
	if is.appendOnly {
		return b.refuse(RefusedUnknown, pathError("unlink", b.dir.path, errAppendOnly))
	}
	for _, name := range b.dir.names.Leftovers(b.seen) {
		if err := b.mayUnlink(name, is); err != nil {
			return err
		}
	}
	return nil
}

// mayUnlink checks what unlink(2) checks of a file in a writable directory (may_delete in
// fs/namei.c).
func (b *breaker) mayUnlink(name string, dir attributes) error {
	file, err := attributesOf(b.dir.fd, name)
	switch {
	case err == unix.ENOENT: // sameFiles finds that
		return nil
	case err != nil:
	case file.immutable:
		err = errImmutable
	case file.appendOnly:
		err = errAppendOnly
	case file.mounted:
		err = errMountPoint
	case dir.sticky && !ownsAny(dir.uid, file.uid):
		err = unix.EPERM
	}
	if err != nil {
		return b.refuse(RefusedUnknown, pathError("unlink", b.dir.filePath(name), err))
	}
	return nil
}

// Writable returns nil if files can be created in the directory now, or else the error that this
// would give. It creates nothing.
func (d Dir) Writable() error {
	switch readOnly, err := isReadOnly(d.fd); {
	case err != nil:
		return pathError("statfs", d.path, err)
	case readOnly:
		return pathError("access", d.path, unix.EROFS)
	}
	is, err := attributesOf(d.fd, "")
	if err == nil && is.immutable {
		err = errImmutable
	}
	if err == nil {
		err = eintr.Retry(func() error { return unix.Faccessat(d.fd, ".", unix.W_OK|unix.X_OK, unix.AT_EACCESS) })
	}
	if err != nil {
		return pathError("access", d.path, err)
	}
	return nil
}
