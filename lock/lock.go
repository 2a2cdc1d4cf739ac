// Package lock implements the writer lock of a data directory: who may write
// there is whoever holds the flock(2) on its lock file. It interoperates with
// the Rust crate beyond-handoff, whose rules it keeps in everything a peer can
// observe.
//
// A data directory has two files. The lock file (.handoff.lock) is created
// once and never written, truncated or unlinked: two inodes would mean two
// holders. Its flock is the single source of truth. The pidfile
// (.handoff.pidfile) has the holder's PID in decimal and a newline; it is
// written after the lock is won and removed before the lock is given up, and it
// is a hint that can lie: a crash leaves it behind, and the kernel frees the
// lock without it.
//
// The lock belongs to an open file description, not to a process (flock(2)):
// a child that inherits the descriptor keeps the lock after its parent's death.
// Release therefore unlocks explicitly, and every descriptor here is
// close-on-exec.
//
// Three things a holder should know. The lock does not notice when somebody
// deletes or replaces the lock file behind its back: [Lock.Check] does. An
// inspector asks by a lease, which Acquire waits out; one that has to probe a free lock by a flock holds it for
// under a microsecond, and an Acquire in that very moment is refused. And the lock is local to a kernel:
// over a network file system it is worth what that file system makes of flock.
package lock

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/sys/unix"

	"lockscope/lock/proc"
)

// Lock is a held writer lock. Its methods may be called concurrently.
type Lock struct {
	dir     string // as given
	abs     string
	pidfile FileID // what Acquire wrote

	mu sync.Mutex
	at Dir
	// fd has the flock; -1 once it was released. An os.File would not do: its
	// finalizer would free the lock of a holder that keeps no reference to it.
	fd int
}

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

// Dir is the data directory as it was given to Acquire.
func (l *Lock) Dir() string { return l.dir }

// Check asks whether the lock still protects the directory: it returns nil
// while the held lock file is the one that peers would find under the
// directory's path. An error that is ErrReplaced means that the lock file, or
// the directory, was deleted or replaced, and that another process may win a
// lock of its own there: stop writing. Another error means that it could not
// be told. After Release it returns os.ErrClosed.
func (l *Lock) Check() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	path := filepath.Join(l.abs, l.at.names.Lock)
	if l.fd < 0 {
		return pathError("check", path, os.ErrClosed)
	}
	held, _, err := fstat(l.fd)
	if err != nil {
		return pathError("fstat", path, err)
	}
	onDisk, _, err := fstatat(unix.AT_FDCWD, path)
	switch {
	case err == unix.ENOENT || err == unix.ENOTDIR || err == nil && !held.SameFile(onDisk):
		return pathError("check", path, ErrReplaced)
	case err != nil:
		return pathError("stat", path, err)
	}
	return nil
}

// Release removes the pidfile, frees the lock, also where a child inherited
// the descriptor, and closes it. A pidfile that another process has put in place of
// ours is left alone. Only the first call does anything; later ones return nil.
// The lock is free on return even if there is an error, which then tells of a
// pidfile that stayed behind.
func (l *Lock) Release() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fd < 0 {
		return nil
	}
	var err error
	// Who gave up root since may be unable to read it, but knows the inode.
	now := l.at.Pidfile()
	if now.ID.SameFile(l.pidfile) && (now.PID == os.Getpid() || now.State == PidfileUnreadable) {
		if err = l.at.unlink(l.at.names.Pidfile); err == unix.ENOENT {
			err = nil
		} else if err != nil {
			err = pathError("unlink", l.at.filePath(l.at.names.Pidfile), err)
		}
	}
	l.unlock()
	l.at.Close()
	return err
}

// unlock frees the lock by LOCK_UN, since closing alone would leave it with a
// child that inherited the descriptor.
func (l *Lock) unlock() {
	unflock(l.fd)
	unix.Close(l.fd)
	l.fd = -1
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
