package lock

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

var (
	// ErrHeld means that somebody holds the lock. The error that wraps it says who, as far as the pidfile tells.
	ErrHeld = errors.New("lock is held")
	// ErrReplaced means that a lock file, or its directory, is not the one it was.
	ErrReplaced = errors.New("lock file was replaced")
	// ErrRefused means that a stale-break was not made, because it might not have been safe. Nothing was changed.
	ErrRefused = errors.New("stale-break refused")
	// ErrNotRegular is what a lock file or pidfile is refused with that is a
	// symlink, FIFO, directory, device or socket.
	ErrNotRegular = errors.New("not a regular file")
	// ErrOpenElsewhere means that somebody has the lock file open: no lease was granted. Whether they hold a lock is not known.
	ErrOpenElsewhere = errors.New("somebody has the lock file open")
	// ErrLeased means that somebody keeps a lease on the lock file (fcntl(2)), which is no lock.
	ErrLeased = fmt.Errorf("somebody has a lease on the lock file: %w", unix.EAGAIN)
	// ErrPosixLock means that somebody has a POSIX or open-file-description lock on the lock file, which is not this
	// protocol's. The error that wraps it says who.
	ErrPosixLock = errors.New("somebody has a POSIX lock on the lock file")
)

// PosixLockError is a lock file on which somebody has a lock of another kind than flock.
type PosixLockError struct {
	PID int // the holder's; 0 where the kernel does not say
}

func (e *PosixLockError) Error() string {
	if e.PID == 0 {
		return ErrPosixLock.Error()
	}
	return fmt.Sprintf("process %d has a POSIX lock on the lock file", e.PID)
}

func (e *PosixLockError) Is(target error) bool { return target == ErrPosixLock }

// HeldError is an Acquire that was refused because the lock is held.
type HeldError struct {
	Dir string
	PID int // whom the pidfile named just after; 0 if nobody. It may be wrong.
}

func (e *HeldError) Error() string {
	if e.PID == 0 {
		return fmt.Sprintf("%s: lock is held, the pidfile names nobody", e.Dir)
	}
	return fmt.Sprintf("%s: lock is held, the pidfile names %d", e.Dir, e.PID)
}

func (e *HeldError) Is(target error) bool { return target == ErrHeld }

// Refusal is why a stale-break was not made.
type Refusal uint8

const (
	RefusedUnknown    Refusal = iota
	RefusedHeld               // somebody holds the lock
	RefusedChanged            // the pidfile or a temporary is not what was seen
	RefusedReplaced           // the directory or its lock file is not the one that was seen
	RefusedAlive              // the process the pidfile names lives, or may live
	RefusedNotRegular         // the lock file or the pidfile is not a regular file
	RefusedPermission         // the system does not allow it
	RefusedReadOnlyFS         // the file system is mounted read-only
	RefusedNothing            // there is nothing to remove
	RefusedAudit              // the attempt could not be put on record; never by this package itself
)

func (r Refusal) String() string {
	return name(r, "failed", "held", "changed", "replaced", "pid-alive", "not-regular", "permission", "read-only-fs", "nothing-to-break", "audit")
}

// RefusedError is a stale-break that was not made. It is ErrRefused, and
// ErrHeld or ErrReplaced if that is the reason, and wraps the system's error
// where there is one.
type RefusedError struct {
	Dir    string
	Reason Refusal
	PID    int   // whom the pidfile names; 0 if nobody
	Err    error // the system's error, if that is why
}

func (e *RefusedError) Error() string { return e.Dir + ": " + e.Why() }

// Why is the error's text without the directory.
func (e *RefusedError) Why() string {
	var why string
	switch e.Reason {
	case RefusedHeld:
		why = "the lock is held"
		if e.PID > 0 {
			why += fmt.Sprintf(", the pidfile names %d", e.PID)
		}
	case RefusedChanged:
		why = "changed since you looked"
	case RefusedReplaced:
		why = "the lock file or the directory is not the one you looked at"
	case RefusedAlive:
		why = fmt.Sprintf("process %d lives, or may live", e.PID)
	case RefusedNotRegular:
		why = "the lock file or the pidfile is not a regular file"
	case RefusedPermission:
		why = "not permitted"
	case RefusedReadOnlyFS:
		why = "the file system is read-only"
	case RefusedNothing:
		why = "there is nothing to break"
	case RefusedAudit:
		why = "the attempt could not be written to the audit log"
	default:
		why = "failed"
	}
	if e.Err != nil {
		why += ": " + e.Err.Error()
	}
	return why
}

func (e *RefusedError) Is(target error) bool {
	return target == ErrRefused ||
		target == ErrHeld && e.Reason == RefusedHeld ||
		target == ErrReplaced && e.Reason == RefusedReplaced
}

func (e *RefusedError) Unwrap() error { return e.Err }
