package lock

import (
	"errors"

	"golang.org/x/sys/unix"
)

// LockFile identifies the lock file without opening it. The State is LockMissing or LockUnknown.
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

// ProbeLock finds out whether somebody holds the lock, by a shared flock that it does not wait for
// and releases at once. Two inspectors do not see each other, because both take it shared.
//
// A held lock is not disturbed by this. On a free one, an acquire that falls into those
// microseconds is refused. LeaseSeen refuses nobody.
//
// LockFree means that nobody holds the lock exclusively, as every daemon does. A shared lock is not
// noticed. If somebody has a POSIX or open-file-description lock on the file, the state is
// LockUnknown and the error a [*PosixLockError].
func (d Dir) ProbeLock() LockFile {
	l := d.LockFile()
	if l.State == LockMissing || l.Err != nil {
		return l
	}
	return d.ProbeSeen(l)
}

// ProbeSeen does what ProbeLock does, with the lock file that LockFile has just found.
func (d Dir) ProbeSeen(seen LockFile) LockFile {
	return d.withLockFile(seen, func(fd int, id FileID) LockFile {
		switch err := flock(fd, unix.LOCK_SH); err {
		case nil:
			unflock(fd) // before anything else: until then an acquire fails
		case unix.EWOULDBLOCK:
			return LockFile{State: LockHeld, ID: id}
		default:
			return LockFile{ID: id, Err: pathError("flock", d.filePath(d.names.Lock), err)}
		}
		switch pid, held, err := posixHolder(fd); {
		case err != nil && err != errors.ErrUnsupported:
			return LockFile{ID: id, Err: pathError("fcntl", d.filePath(d.names.Lock), err)}
		case held:
			return LockFile{ID: id, Err: &PosixLockError{PID: pid}}
		}
		return LockFile{State: LockFree, ID: id}
	})
}

// LeaseSeen finds out whether the lock is free, by a lease on the lock file that LockFile has just
// found. The kernel grants a lease only if nobody else has the file open, so LockFree excludes
// locks of every kind. The lease is given back at once. A daemon that opens the file meanwhile
// waits some microseconds, and is not refused.
//
// LockFree proves nothing on network and FUSE file systems, and on the lower side of an overlay.
//
// Otherwise the state is LockUnknown. The error is ErrOpenElsewhere if somebody has the file open,
// who may hold a lock or not; ErrLeased if somebody has a lease on it; EACCES if the caller is not
// the file's owner and lacks CAP_LEASE; EINVAL if the file system has no leases.
func (d Dir) LeaseSeen(seen LockFile) LockFile {
	return d.withLockFile(seen, func(fd int, id FileID) LockFile {
		switch err := takeWriteLease(fd); err {
		case nil:
			releaseLease(fd) // before anything else: until then an open waits
			return LockFile{State: LockFree, ID: id}
		case unix.EAGAIN:
			return LockFile{ID: id, Err: ErrOpenElsewhere}
		default:
			return LockFile{ID: id, Err: pathError("fcntl", d.filePath(d.names.Lock), err)}
		}
	})
}

// withLockFile opens the lock file that was seen, and calls probe to find out its state.
func (d Dir) withLockFile(seen LockFile, probe func(fd int, id FileID) LockFile) LockFile {
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
	return probe(fd, id)
}
