package lock

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"lockscope/lock/proc"
)

// Acquire takes the writer lock of dir at once or not at all, creating the
// directory and its lock file where they are missing, and writes the pidfile.
//
// If another descriptor holds the lock the error is a [*HeldError] with the
// PID the pidfile names (0 if it names nobody), and errors.Is(err, ErrHeld).
// A lock file that is not a regular file gives ErrNotRegular: unlike the Rust
// crate, Acquire never follows a link that was planted there.
func Acquire(dir string) (*Lock, error) { return DefaultNames.Acquire(dir) }

// Acquire is the function Acquire for files of these names.
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

// AcquireOrBreakStale is Acquire, tried a second time if the lock is held
// but the process the pidfile names is gone: it may have died between the
// refusal and the look. A lock that is held all the same is never broken, be
// it by a live process, through an inherited descriptor or by a process the
// pidfile does not name; the error is then a [*RefusedError] that is both
// ErrHeld and ErrRefused. A stale pidfile on a free lock stands in nobody's
// way: Acquire replaces it.
func AcquireOrBreakStale(dir string) (*Lock, error) { return DefaultNames.AcquireOrBreakStale(dir) }

// AcquireOrBreakStale is the function AcquireOrBreakStale for files of these names.
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

// lockExclusively opens the lock file, creating it if need be, and takes the
// flock on the inode that is at its path. An inode that was unlinked between the open
// and the flock is worth nothing, so it is tried again on what is there then.
func (d Dir) lockExclusively() (fd int, err error) {
	path := d.filePath(d.names.Lock)
	for range 100 {
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

// openOrCreate opens a regular file. Only what does not exist is created, and thereby opened.
func (d Dir) openOrCreate(name string) (fd int, id FileID, err error) {
	for range 100 {
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
