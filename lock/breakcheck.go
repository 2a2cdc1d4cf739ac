package lock

import "golang.org/x/sys/unix"

// CheckBreak finds out what a BreakStale of the same evidence would meet, and changes nothing. What would
// refuse the break now is a [*RefusedError]. It may be called concurrently.
func CheckBreak(dir string, seen Evidence) (LockFile, error) {
	return DefaultNames.CheckBreak(dir, seen)
}

// CheckBreak is the function CheckBreak for files of these names.
//
// It takes no flock, since that could refuse a daemon that is starting. So without an error the lock is
// LockFree only where a lease proved that; where it is LockUnknown, Err says why none did, as that of
// [Dir.LeaseSeen] does, and the break may yet find the lock held.
func (n Names) CheckBreak(dir string, seen Evidence) (LockFile, error) {
	b, err := n.openSeen(dir, seen)
	if err != nil {
		return LockFile{}, err
	}
	defer b.Close()
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
		if l, err = b.askGently(); err != nil {
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

// askGently finds out what can be told of the lock without taking it.
func (b *breaker) askGently() (LockFile, error) {
	fd, id, err := b.openLock()
	if err != nil {
		return LockFile{}, err
	}
	defer unix.Close(fd)
	if err := b.otherLocks(fd); err != nil {
		return LockFile{}, err
	}
	switch err := takeLease(fd); err {
	case nil:
		giveLeaseBack(fd)
		return LockFile{State: LockFree, ID: id}, nil
	case unix.EAGAIN:
		if b.seen.Alone {
			if holdOffWithin(fd, holdOffPatience) == unix.EAGAIN {
				return LockFile{}, b.refuse(RefusedChanged, ErrOpenElsewhere) // as lockGently does
			}
			giveLeaseBack(fd)
		}
		return LockFile{ID: id, Err: ErrOpenElsewhere}, nil
	default:
		return LockFile{ID: id, Err: pathError("fcntl", b.filePath(b.names.Lock), err)}, nil
	}
}

// mayRemove refuses where the system would not let the files be removed: all of them, before any is.
func (b *breaker) mayRemove() error {
	if err := b.Writable(); err != nil {
		return b.refuse(RefusedUnknown, err)
	}
	is, err := attributesOf(b.fd, "")
	if err != nil {
		return b.refuse(RefusedUnknown, pathError("statx", b.path, err))
	}
	if is.appendOnly {
		return b.refuse(RefusedUnknown, pathError("unlink", b.path, errAppendOnly))
	}
	for _, name := range b.names.Leftovers(b.seen) {
		if err := b.mayUnlink(name, is); err != nil {
			return err
		}
	}
	return nil
}

// mayUnlink is what unlink(2) asks of a file in a directory that may be written: may_delete in fs/namei.c.
func (b *breaker) mayUnlink(name string, dir attributes) error {
	file, err := attributesOf(b.fd, name)
	switch {
	case err == unix.ENOENT: // which is for others to notice
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
		return b.refuse(RefusedUnknown, pathError("unlink", b.filePath(name), err))
	}
	return nil
}

// Writable reports whether files may be made in the directory, by the rights of the moment: the error that
// doing so would come to, if not. Nothing is made.
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
		err = ignoringEINTR(func() error { return unix.Faccessat(d.fd, ".", unix.W_OK|unix.X_OK, unix.AT_EACCESS) })
	}
	if err != nil {
		return pathError("access", d.path, err)
	}
	return nil
}
