// Package lock implements the writer lock of a data directory. Whoever holds the flock(2) on the
// directory's lock file may write there, and nobody else. A peer cannot tell this package from the
// Rust crate beyond-handoff: both follow the same protocol.
//
// A daemon calls [Acquire], writes while it has the [Lock], and calls [Lock.Release]. An inspector
// calls [Inspect], and [BreakStale] to remove what a dead holder left behind.
//
// # The protocol
//
// A data directory has two files:
//
//   - The lock file, .handoff.lock. It is created once. It is never written, truncated or unlinked,
//     because two inodes would allow two holders. The flock on it alone decides who holds the lock.
//   - The pidfile, .handoff.pidfile: the holder's PID in decimal and a newline. It is written after
//     the lock was taken, and removed before the lock is released. It is a hint that can be wrong:
//     when the holder is killed the kernel frees the lock, and the pidfile stays.
//
// # What a holder should know
//
// The lock belongs to an open file description, not to a process (flock(2)). A child that inherits
// the descriptor keeps the lock after its parent has died. So every descriptor here is
// close-on-exec, and Release unlocks explicitly, which frees the lock in the children too.
//
// Nothing stops others from deleting or replacing the lock file. The holder keeps its flock then,
// but another process can lock the new file. [Lock.Check] detects that.
//
// An inspector can delay an Acquire. Usually it asks by a lease, and the Acquire waits some
// microseconds. Where a lease does not tell, since there are none or somebody has the file open, it
// takes a shared flock for less than a microsecond, and an Acquire at that very moment fails as if
// the lock were held.
//
// The lock is known to one kernel only. On a network file system it does what that file system's
// flock does.
package lock

import (
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/sys/unix"
)

// Lock is a held writer lock. Its methods may be called concurrently.
type Lock struct {
	dir     string // as it was given to Acquire
	abs     string
	pidfile FileID // the one that Acquire wrote

	mu sync.Mutex
	at Dir
	// fd is the descriptor that has the flock; -1 after Release. It is no os.File, because the
	// finalizer of that would close it when a holder drops its reference to the Lock.
	fd int
}

// Dir is the data directory as it was given to Acquire.
func (l *Lock) Dir() string { return l.dir }

// Check reports whether the lock still protects the directory. It returns nil while the lock file
// that is held is the one at the directory's path, where peers look for it.
//
// An error that is ErrReplaced means that the lock file, or the directory, was deleted or replaced.
// Another process may then take a lock of its own there: stop writing. After Release the error is
// os.ErrClosed. Any other error means that Check could not find out.
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

// Release removes the pidfile, unlocks, and closes the lock file. The lock is free afterwards even
// if a child inherited the descriptor. A pidfile that is no longer the one Acquire wrote is left
// alone, since another process has put it there.
//
// The lock is free on return in any case. An error means that the pidfile could not be removed.
// Only the first call does anything; later ones return nil.
func (l *Lock) Release() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fd < 0 {
		return nil
	}
	var err error
	// A daemon that has given up root since may be unable to read the file. The inode tells it.
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

// unlock frees the lock by LOCK_UN. Closing alone would not free it where a child has inherited the
// descriptor.
func (l *Lock) unlock() {
	unflock(l.fd)
	unix.Close(l.fd)
	l.fd = -1
}
