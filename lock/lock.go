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
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/sys/unix"
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
