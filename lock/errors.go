package lock

import (
	"errors"
	"fmt"
	"io/fs"

	"golang.org/x/sys/unix"
)

var (
	// ErrHeld means that somebody holds the lock. See [HeldError] and [RefusedError].
	ErrHeld = errors.New("lock is held")
	// ErrReplaced means that the lock file, or its directory, is not the one that it was before.
	ErrReplaced = errors.New("lock file was replaced")
	// ErrRefused means that a stale-break was not made, because it might not have been safe.
	// Nothing was changed. See [RefusedError].
	ErrRefused = errors.New("stale-break refused")
	// ErrNotRegular means that a lock file or pidfile is a symlink, FIFO, directory, device or
	// socket. Such a file is never opened.
	ErrNotRegular = errors.New("not a regular file")
	// ErrOpenElsewhere means that no lease was granted because somebody has the lock file open.
	// It is not known whether they hold a lock.
	ErrOpenElsewhere = errors.New("somebody has the lock file open")
	// ErrLeased means that somebody keeps a lease on the lock file (fcntl(2)), so that it cannot be
	// opened. A lease is not a lock.
	ErrLeased = fmt.Errorf("somebody has a lease on the lock file: %w", unix.EAGAIN)
	// ErrPosixLock means that somebody has a POSIX or open-file-description lock on the lock file
	// (fcntl(2)). This protocol uses flock(2) only. See [PosixLockError].
	ErrPosixLock = errors.New("somebody has a POSIX lock on the lock file")
)

// errEndless means that a directory was not read to its end.
var errEndless = fmt.Errorf("it has more than %d entries", maxListed)

// Why a file cannot be removed even with the rights to do so: see chattr(1) and unlink(2).
var (
	errImmutable  = fmt.Errorf("it has chattr +i: %w", unix.EPERM)
	errAppendOnly = fmt.Errorf("it has chattr +a: %w", unix.EPERM)
	errMountPoint = fmt.Errorf("something is mounted on it: %w", unix.EBUSY)
)

// PosixLockError says that somebody has a POSIX or open-file-description lock on the lock file. It
// is ErrPosixLock.
type PosixLockError struct {
	PID int // the holder's; 0 if the kernel does not say
}

func (e *PosixLockError) Error() string {
	if e.PID == 0 {
		return ErrPosixLock.Error()
	}
	return fmt.Sprintf("process %d has a POSIX lock on the lock file", e.PID)
}

func (e *PosixLockError) Is(target error) bool { return target == ErrPosixLock }

// HeldError says that an Acquire failed because the lock is held. It is ErrHeld.
type HeldError struct {
	Dir string
	PID int // the one that the pidfile names, which may be wrong; 0 if it names nobody
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
	RefusedAudit              // the attempt could not be recorded; this package itself never uses it
	RefusedImmutable          // the directory or a file that would be removed is immutable
	RefusedAppendOnly         // the directory or a file that would be removed is append-only
	RefusedMountPoint         // something is mounted on a file that would be removed
	RefusedLeased             // the lock file cannot be opened, because somebody keeps a lease on it
	RefusedElsewhere          // the directory is on another host, which was not asked; this package itself never uses it
)

func (r Refusal) String() string {
	return name(r, "failed", "held", "changed", "replaced", "pid-alive", "not-regular", "permission", "read-only-fs", "nothing-to-break", "audit", "immutable", "append-only", "mount-point", "leased", "elsewhere")
}

// RefusedError says that a stale-break was not made, and why. It is ErrRefused, and also ErrHeld or
// ErrReplaced if that is the reason. It wraps the system's error if there is one.
type RefusedError struct {
	Dir     string
	Reason  Refusal
	PID     int    // the one that the pidfile names, which may be wrong; 0 if it names nobody
	Holder  int    // with RefusedHeld: the PID of who holds the lock, for callers to fill in; 0 if it is not known
	Command string // the Holder's, if it is known. Untrusted: escape it before printing
	Err     error  // the system's error, if that is the reason
}

func (e *RefusedError) Error() string { return e.Dir + ": " + e.Why() }

// held says who has the lock: the Holder, or else the process that the pidfile names.
func (e *RefusedError) held() string {
	switch {
	case e.Holder > 0 && e.Command != "":
		return fmt.Sprintf("the lock is held by %s %d", e.Command, e.Holder)
	case e.Holder > 0:
		return fmt.Sprintf("the lock is held by %d", e.Holder)
	case e.Err != nil: // which says more than the pidfile does
		return "the lock is held"
	case e.PID > 0:
		return fmt.Sprintf("the lock is held; the pidfile names %d, which is only a hint", e.PID)
	}
	return "the lock is held; the pidfile names nobody"
}

// Why returns the error's text without the directory.
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
	case RefusedElsewhere:
		why = "not asked for on its host"
	case RefusedLeased:
		why = "the lock file cannot be opened"
	default:
		if e.Err != nil {
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

// refusal makes a [RefusedError]. If why is RefusedUnknown, it finds the reason in the system's
// error.
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

// AsideError says that a break without a lock file failed half-way: the pidfile was moved aside,
// and could be neither removed nor put back. It is not ErrRefused, because something was changed.
type AsideError struct {
	Path string // where the pidfile is now
	Err  error  // why it could not be put back
}

func (e *AsideError) Error() string {
	return fmt.Sprintf("the pidfile was moved to %s, and is still there: %v", e.Path, e.Err)
}

func (e *AsideError) Unwrap() error { return e.Err }
