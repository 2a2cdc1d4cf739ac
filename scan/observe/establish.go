package observe

import (
	"errors"

	"lockscope/lock"
	"lockscope/lock/proc"
	"lockscope/scan/report"
)

// establish asks whether the lock is held, in the order of what the answer
// costs the daemons, and stops at the first certain one: see the package comment.
func (q *inquiry) establish() {
	ev := &q.ev
	if q.s.probe == ProbeFlock && ev.Lock.State != lock.LockMissing {
		q.probeLock()
	}
	if q.named != nil {
		q.askNamed()
	}
	if q.how.Search != nil {
		q.addHolders(q.how.Search.of(q))
	}
	defer q.addOpeners()
	if ev.Lock.State != lock.LockUnknown || ev.Lock.Err != nil {
		return
	}
	if q.s.probe == ProbeAuto && !q.fs.remote && q.askLease() {
		return
	}
	if !q.how.Wait && !q.fs.shared && !q.s.table.ready() {
		q.putOff = true
		return
	}
	switch flock, other := q.s.table.find(q.fs, q.ino); {
	case flock.Kind != proc.NoLock:
		ev.Lock.State, ev.Source, ev.Locker = lock.LockHeld, report.SourceTable, flock.PID
		q.askTaker()
	case q.s.probe == ProbeNever && other.Kind != proc.NoLock:
		ev.Lock.Err = &lock.PosixLockError{PID: other.PID}
	case q.s.probe == ProbeNever:
		ev.Lock.Err = report.ErrNotProbed
	case ev.Busy && (q.how.Search == nil || !q.isUnmoved()):
		// It may be an inspector, or a daemon about to lock, which a flock probe would refuse: a later look tells, for which
		// all processes are searched, and nothing has moved.
		ev.Lock.Err = lock.ErrOpenElsewhere
		if other.Kind != proc.NoLock {
			ev.Lock.Err = &lock.PosixLockError{PID: other.PID}
		}
	default:
		q.probeLock()
	}
}

// askLease asks by a lease, which disturbs nobody. It reports whether that settles it.
func (q *inquiry) askLease() (settled bool) {
	ev := &q.ev
	switch now := q.dir.LeaseSeen(ev.Lock); {
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
func (q *inquiry) isUnmoved() bool {
	b, now := q.how.Before, &q.ev
	return b != nil && b.Dir == now.Dir && b.Lock.ID == now.Lock.ID && b.Pidfile.ID == now.Pidfile.ID
}

// probeLock asks by a flock probe, unless the look before did and nothing has changed: what that has found out is looked
// at again only for a search of all processes, which tells who shares the lock.
func (q *inquiry) probeLock() {
	if b := q.how.Before; q.how.Search != nil && !q.ev.Busy && q.isUnmoved() && b.Lock.State == lock.LockFree && b.Source == report.SourceProbe {
		q.ev.Lock, q.ev.Source = b.Lock, b.Source
		return
	}
	q.ev.Lock = q.dir.ProbeSeen(q.ev.Lock)
	if q.ev.Lock.Err == nil {
		q.ev.Source = report.SourceProbe
	}
}

// askNamed looks whether the process that the pidfile names holds the lock:
// the answer that disturbs nobody, and the usual one. If it does not, it may
// hold a lock file of this directory that is deleted, or that a mount covers.
func (q *inquiry) askNamed() {
	if q.ev.Lock.State != lock.LockFree && q.ev.Lock.State != lock.LockMissing {
		if d, ok := q.named.holding(q.ino, q.isOurs); ok {
			q.addHolders([]descriptor{d})
			return
		}
	}
	for _, d := range q.named.former(func(proc.Lock) bool { return false }, q.mayHaveBeenOurs) {
		if q.wasOurs(&d) {
			q.addHolders([]descriptor{d})
		}
	}
}

// askTaker looks whether the process that took the lock, as the kernel tells, holds it still. In a container it is as a
// rule the one that the pidfile names, by a PID that says nothing here.
func (q *inquiry) askTaker() {
	if q.ev.Locker <= 0 || q.how.Search != nil {
		return
	}
	if d, ok := q.s.procs.find(q.ev.Locker).holding(q.ino, q.isOurs); ok {
		q.addHolders([]descriptor{d})
	}
}
