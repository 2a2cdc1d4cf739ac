package lock

import (
	"golang.org/x/sys/unix"
)

// LockFile identifies the lock file without opening it: State is LockMissing
// or LockUnknown.
func (d Dir) LockFile() LockFile {
	id, mode, err := fstatat(d.fd, d.names.Lock)
	switch {
	case err == unix.ENOENT:
		return LockFile{State: LockMissing}
	case err == nil && !isRegular(mode):
		err = ErrNotRegular
	}
	if err != nil {
		err = pathError("stat", d.filePath(d.names.Lock), err)
	}
	return LockFile{ID: id, Err: err}
}

// ProbeLock establishes whether somebody holds the lock by asking for it
// without waiting, and gives it back at once. A shared lock, so that two who
// look do not see each other. On a held lock this disturbs nobody; on a free
// one, an acquire that falls into those microseconds is refused: LeaseSeen does without that.
//
// LockFree means here that nobody holds the lock exclusively, as every daemon does. Who holds it
// shared is not noticed. Where somebody has a lock of another kind on the file, the state is
// LockUnknown, and the error a [*PosixLockError].
func (d Dir) ProbeLock() LockFile {
	l := d.LockFile()
	if l.State == LockMissing || l.Err != nil {
		return l
	}
	return d.ProbeSeen(l)
}

// ProbeSeen does what ProbeLock does to the lock file that LockFile has just found, if it
// is still there.
func (d Dir) ProbeSeen(seen LockFile) LockFile {
	return d.ask(seen, func(fd int, id FileID) LockFile {
		switch err := flock(fd, unix.LOCK_SH); err {
		case nil:
			unflock(fd) // before anything else: until then an acquire fails
		case unix.EWOULDBLOCK:
			return LockFile{State: LockHeld, ID: id}
		default:
			return LockFile{ID: id, Err: pathError("flock", d.filePath(d.names.Lock), err)}
		}
		switch pid, held, err := posixHolder(fd); {
		case err != nil && err != errNotAsked:
			return LockFile{ID: id, Err: pathError("fcntl", d.filePath(d.names.Lock), err)}
		case held:
			return LockFile{ID: id, Err: &PosixLockError{PID: pid}}
		}
		return LockFile{State: LockFree, ID: id}
	})
}

// LeaseSeen establishes that nobody holds the lock, of whatever kind, on the lock file that LockFile has
// just found: by a lease, which is granted only where nobody has the file open, and is given
// back at once. A daemon that starts meanwhile waits some microseconds in its open, and is never refused.
//
// LockFree is certain, except on network and FUSE file systems and for the lower side of an overlay, where it
// says nothing. Otherwise the state is LockUnknown: somebody has the file open, which proves nothing
// (ErrOpenElsewhere), or has a lease on it (ErrLeased), or no lease is to be had (EACCES for others than
// the file's owner without CAP_LEASE, EINVAL where the file system has none).
func (d Dir) LeaseSeen(seen LockFile) LockFile {
	return d.ask(seen, func(fd int, id FileID) LockFile {
		switch err := takeLease(fd); err {
		case nil:
			giveLeaseBack(fd) // before anything else: until then an open waits
			return LockFile{State: LockFree, ID: id}
		case unix.EAGAIN:
			return LockFile{ID: id, Err: ErrOpenElsewhere}
		default:
			return LockFile{ID: id, Err: pathError("fcntl", d.filePath(d.names.Lock), err)}
		}
	})
}

// ask opens the lock file that was seen, and lets how ask for its state.
func (d Dir) ask(seen LockFile, how func(fd int, id FileID) LockFile) LockFile {
	fd, id, err := openSeen(d.fd, d.names.Lock, unix.O_RDONLY, seen.ID)
	switch {
	case err == unix.ENOENT:
		return LockFile{State: LockMissing}
	case err == unix.EAGAIN:
		return LockFile{ID: id, Err: ErrLeased}
	case err != nil:
		return LockFile{ID: id, Err: pathError("open", d.filePath(d.names.Lock), err)}
	}
	defer unix.Close(fd)
	return how(fd, id)
}
