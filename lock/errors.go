package lock

import (
	"errors"
	"fmt"
	"io/fs"

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

// What keeps a file from being removed though the rights are there: see chattr(1) and unlink(2).
var (
	errImmutable  = fmt.Errorf("it has chattr +i: %w", unix.EPERM)
	errAppendOnly = fmt.Errorf("it has chattr +a: %w", unix.EPERM)
	errMountPoint = fmt.Errorf("something is mounted on it: %w", unix.EBUSY)
)

// errNotAsked is where a system is not asked for locks of other kinds.
var errNotAsked = errors.New("not asked")

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
	RefusedImmutable          // the directory or a file that would be removed is immutable
	RefusedAppendOnly         // the directory or a file that would be removed can only be appended to
	RefusedMountPoint         // something is mounted on a file that would be removed
	RefusedLeased             // somebody keeps a lease on the lock file, so that it cannot be opened
)

func (r Refusal) String() string {
	return name(r, "failed", "held", "changed", "replaced", "pid-alive", "not-regular", "permission", "read-only-fs", "nothing-to-break", "audit", "immutable", "append-only", "mount-point", "leased")
}

// RefusedError is a stale-break that was not made. It is ErrRefused, and
// ErrHeld or ErrReplaced if that is the reason, and wraps the system's error
// where there is one.
type RefusedError struct {
	Dir     string
	Reason  Refusal
	PID     int    // whom the pidfile names; 0 if nobody. A hint, which may be wrong
	Holder  int    // of RefusedHeld: who has the lock. 0 if that is not known; this package itself does not look for it
	Command string // the Holder's, if it is known: untrusted, escape before printing
	Err     error  // the system's error, if that is why
}

func (e *RefusedError) Error() string { return e.Dir + ": " + e.Why() }

// held says who has the lock: what the kernel told, or else what the pidfile says.
func (e *RefusedError) held() string {
	switch {
	case e.Holder > 0 && e.Command != "":
		return fmt.Sprintf("the lock is held by %s %d", e.Command, e.Holder)
	case e.Holder > 0:
		return fmt.Sprintf("the lock is held by %d", e.Holder)
	case e.Err != nil: // says more
		return "the lock is held"
	case e.PID > 0:
		return fmt.Sprintf("the lock is held; the pidfile names %d, which is only a hint", e.PID)
	}
	return "the lock is held; the pidfile names nobody"
}

// Why is the error's text without the directory.
func (e *RefusedError) Why() string {
	var why string
	switch e.Reason {
	case RefusedHeld:
		why = e.held()
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
	case RefusedImmutable:
		why = "immutable"
	case RefusedAppendOnly:
		why = "append-only"
	case RefusedMountPoint:
		why = "in use as a mount point"
	case RefusedLeased:
		why = "the lock file cannot be opened"
	default:
		if e.Err != nil { // which is all there is to say
			return e.Err.Error()
		}
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

// refusal makes the typed error, and finds the reason in the system's error where none is given.
func refusal(dir string, seen Evidence, why Refusal, err error) error {
	if why == RefusedUnknown {
		for _, known := range []struct {
			err error
			why Refusal
		}{
			{unix.EROFS, RefusedReadOnlyFS},
			{errImmutable, RefusedImmutable},
			{errAppendOnly, RefusedAppendOnly},
			{errMountPoint, RefusedMountPoint},
			{ErrLeased, RefusedLeased},
			{fs.ErrPermission, RefusedPermission},
			{ErrNotRegular, RefusedNotRegular},
			{unix.ENOENT, RefusedReplaced},
			{unix.ENOTDIR, RefusedReplaced},
			{unix.ELOOP, RefusedReplaced},
		} {
			if errors.Is(err, known.err) {
				why = known.why
				break
			}
		}
	}
	return &RefusedError{Dir: dir, Reason: why, PID: seen.Pidfile.PID, Err: err}
}

// AsideError is a break that went wrong half-way, where there is no lock file: the pidfile was moved aside, and
// could be neither removed nor put back. It is not ErrRefused: something was changed.
type AsideError struct {
	Path string // where the pidfile is now
	Err  error  // why it could not be put back
}

func (e *AsideError) Error() string {
	return fmt.Sprintf("the pidfile was moved to %s, and is still there: %v", e.Path, e.Err)
}

func (e *AsideError) Unwrap() error { return e.Err }
