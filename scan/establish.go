package scan

import (
	"errors"

	"lockscope/lock"
	"lockscope/lock/proc"
	"lockscope/scan/report"
)

// establish asks whether the lock is held, in the order of what the answer
// costs the daemons, and stops at the first certain one: see the package comment.
func (l *look) establish() {
	ev := &l.ev
	if l.probe == ProbeFlock && ev.Lock.State != lock.LockMissing {
		l.probeLock()
	}
	if l.named != nil {
		l.askNamed()
	}
	if l.swept != nil {
		l.addHolders(l.swept.of(l))
	}
	defer l.addOpeners()
	if ev.Lock.State != lock.LockUnknown || ev.Lock.Err != nil {
		return
	}
	if l.probe == ProbeAuto && !l.fs.remote && l.askLease() {
		return
	}
	if !l.wait && !l.fs.shared && !l.table.ready() {
		l.putOff = true
		return
	}
	switch flock, other := l.table.find(l.fs, l.ino); {
	case flock.Kind != proc.NoLock:
		ev.Lock.State, ev.Source, ev.Locker = lock.LockHeld, report.SourceTable, flock.PID
		l.askTaker()
	case l.probe == ProbeNever && other.Kind != proc.NoLock:
		ev.Lock.Err = &lock.PosixLockError{PID: other.PID}
	case l.probe == ProbeNever:
		ev.Lock.Err = report.ErrNotProbed
	case ev.Busy && (l.swept == nil || !l.isUnmoved()):
		// It may be an inspector, or a daemon about to lock, which a flock probe would refuse: a later look tells, for which
		// all processes are searched, and nothing has moved.
		ev.Lock.Err = lock.ErrOpenElsewhere
		if other.Kind != proc.NoLock {
			ev.Lock.Err = &lock.PosixLockError{PID: other.PID}
		}
	default:
		l.probeLock()
	}
}

// askLease asks by a lease, which disturbs nobody. It reports whether that settles it.
func (l *look) askLease() (settled bool) {
	ev := &l.ev
	switch now := l.dir.LeaseSeen(ev.Lock); {
	case now.State != lock.LockUnknown, errors.Is(now.Err, lock.ErrLeased), errors.Is(now.Err, lock.ErrNotRegular):
		ev.Lock = now
		if ev.Alone = now.State == lock.LockFree; ev.Alone {
			ev.Source = report.SourceLease
		}
		return true
	case errors.Is(now.Err, lock.ErrOpenElsewhere):
		ev.Busy = true
	}
	return false
}

// isUnmoved reports whether the directory and its files are as the look before found them.
func (l *look) isUnmoved() bool {
	b, now := l.before, &l.ev
	return b != nil && b.Dir == now.Dir && b.Lock.ID == now.Lock.ID && b.Pidfile.ID == now.Pidfile.ID
}

// probeLock asks by a flock probe, unless the look before did and nothing has changed: what that has found out is looked
// at again only for a search of all processes, which tells who shares the lock.
func (l *look) probeLock() {
	if b := l.before; l.swept != nil && !l.ev.Busy && l.isUnmoved() && b.Lock.State == lock.LockFree && b.Source == report.SourceProbe {
		l.ev.Lock, l.ev.Source = b.Lock, b.Source
		return
	}
	l.ev.Lock = l.dir.ProbeSeen(l.ev.Lock)
	if l.ev.Lock.Err == nil {
		l.ev.Source = report.SourceProbe
	}
}

// askNamed looks whether the process that the pidfile names holds the lock:
// the answer that disturbs nobody, and the usual one. If it does not, it may
// hold a lock file of this directory that is deleted, or that a mount covers.
func (l *look) askNamed() {
	if l.ev.Lock.State != lock.LockFree && l.ev.Lock.State != lock.LockMissing {
		if d, ok := l.named.holding(l.ino, l.isOurs); ok {
			l.addHolders([]descriptor{d})
			return
		}
	}
	for _, d := range l.named.former(func(proc.Lock) bool { return false }, l.mayHaveBeenOurs) {
		if l.wasOurs(&d) {
			l.addHolders([]descriptor{d})
		}
	}
}

// askTaker looks whether the process that took the lock, as the kernel tells, holds it still. In a container it is as a
// rule the one that the pidfile names, by a PID that says nothing here.
func (l *look) askTaker() {
	if l.ev.Locker <= 0 || l.swept != nil {
		return
	}
	if d, ok := l.procs.find(l.ev.Locker).holding(l.ino, l.isOurs); ok {
		l.addHolders([]descriptor{d})
	}
}
