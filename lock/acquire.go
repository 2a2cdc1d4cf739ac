package lock

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"lockscope/lock/proc"
)

// Acquire takes the writer lock of dir and writes the pidfile. It does not wait for a lock that is
// held. It creates the directory and the lock file if they are missing.
//
// If somebody else holds the lock, the error is a [*HeldError], which is ErrHeld. It has the PID
// that the pidfile names, or 0. If the lock file is not a regular file, the error is
// ErrNotRegular: unlike the Rust crate, Acquire does not follow a symlink there.
//
// All functions of this package may be called concurrently, by several processes too.
func Acquire(dir string) (*Lock, error) { return DefaultNames.Acquire(dir) }

// Acquire does what the function Acquire does, for files of these names.
func (n Names) Acquire(dir string) (*Lock, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	at, err := n.OpenDir(dir)
	if err != nil {
		return nil, err
	}
	l := &Lock{dir: dir, abs: abs, at: at, fd: -1}
	if err := l.acquire(); err != nil {
		at.Close()
		return nil, err
	}
	return l, nil
}

func (l *Lock) acquire() error {
	var err error
	if l.fd, err = l.at.lockExclusively(); err != nil {
		return err
	}
	if l.pidfile, err = l.at.writePidfile(os.Getpid()); err != nil {
		l.unlock()
		return err
	}
	return nil
}

// AcquireOrBreakStale does what Acquire does, and tries a second time if the lock is held but the
// process that the pidfile names is gone. That process may have died just after the first try.
//
// A lock that is held is never broken, whoever holds it: also not if the holder inherited the
// descriptor, or is not the process that the pidfile names. The error is then a [*RefusedError]
// which is both ErrHeld and ErrRefused. A stale pidfile beside a free lock needs no break: Acquire
// replaces it.
func AcquireOrBreakStale(dir string) (*Lock, error) { return DefaultNames.AcquireOrBreakStale(dir) }

// AcquireOrBreakStale does what the function AcquireOrBreakStale does, for files of these names.
func (n Names) AcquireOrBreakStale(dir string) (*Lock, error) {
	l, err := n.Acquire(dir)
	held, ok := err.(*HeldError)
	if !ok {
		return l, err
	}
	if !proc.Exists(held.PID) {
		l, err = n.Acquire(dir)
		if held, ok = err.(*HeldError); !ok {
			return l, err
		}
	}
	return nil, &RefusedError{Dir: dir, Reason: RefusedHeld, PID: held.PID}
}

// lockExclusively opens the lock file, creates it if it is missing, and takes the flock.
//
// Between the open and the flock, somebody may unlink the file. A flock on an inode that is not at
// the path protects nothing, so it tries again with the file that is there then.
func (d Dir) lockExclusively() (fd int, err error) {
	path := d.filePath(d.names.Lock)
	for range openTries {
		fd, id, err := d.openOrCreate(d.names.Lock)
		if err != nil {
			return -1, pathError("open", path, err)
		}
		if err := flock(fd, unix.LOCK_EX); err != nil {
			unix.Close(fd)
			if err == unix.EWOULDBLOCK {
				return -1, &HeldError{Dir: d.path, PID: d.Pidfile().PID}
			}
			return -1, pathError("flock", path, err)
		}
		if now, _, err := fstatat(d.fd, d.names.Lock); err == nil && now.SameFile(id) {
			return fd, nil
		}
		unflock(fd)
		unix.Close(fd)
	}
	return -1, pathError("flock", path, fmt.Errorf("%w at every try", ErrReplaced))
}

// openOrCreate opens a regular file, or creates it. O_EXCL keeps it from opening anything else that
// was put there in between, such as a symlink or a FIFO.
func (d Dir) openOrCreate(name string) (fd int, id FileID, err error) {
	for range openTries {
		fd, id, err = openRegular(d.fd, name, unix.O_RDWR)
		if err != unix.ENOENT {
			return fd, id, err
		}
		fd, err = open(d.fd, name, unix.O_RDWR|unix.O_CREAT|unix.O_EXCL|unix.O_NOFOLLOW, 0o666)
		if err == nil {
			id, _, err = fstat(fd)
			return fd, id, err
		} else if err != unix.EEXIST {
			return -1, FileID{}, err
		}
	}
	return -1, FileID{}, err
}
