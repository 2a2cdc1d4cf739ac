package observe

import (
	"errors"
	"time"

	"lockscope/lock"
	"lockscope/lock/proc"
	"lockscope/scan/report"
)

// establish finds out whether the lock is held. It tries the ways that can harm a daemon least first,
// and stops at the first certain answer: see the package comment.
func (ob *observation) establish() {
	ev := &ob.ev
	if ob.s.probe == ProbeFlock && ev.Lock.State != lock.LockMissing {
		ob.probeLock()
	}
	if ob.named != nil {
		ob.checkNamed()
	}
	if ob.opts.Search != nil {
		ob.addHolders(ob.opts.Search.of(ob))
	}
	defer ob.addOpeners()
	if ev.Lock.State != lock.LockUnknown || ev.Lock.Err != nil {
		return
	}
	if ob.s.probe == ProbeAuto && !ob.fs.remote && ob.tryLease() {
		return
	}
	if !ob.opts.WaitForTable && !ob.fs.shared && !ob.s.table.tryLoad() {
		ob.needsTable = true
		return
	}
	flock, other := ob.s.table.find(ob.fs, ob.ino)
	if flock.Kind != proc.NoLock {
		ev.Lock.State, ev.Source, ev.Locker = lock.LockHeld, report.SourceTable, flock.PID
		ob.checkTaker()
		return
	}
	if ev.OpenElsewhere && ob.tryLeaseAgain() {
		return
	}
	switch {
	case ob.mayProbe():
		ob.probeLock()
	case other.Kind != proc.NoLock && ev.Lock.State == lock.LockUnknown:
		ev.Lock.Err = &lock.PosixLockError{PID: other.PID}
	}
}

// mayProbe reports whether the lock is to be asked for by a flock probe now. If not, it says why in the
// evidence, or that the lock is still as the last probe has found it.
func (ob *observation) mayProbe() bool {
	ev := &ob.ev
	// Whoever has the file open may be a daemon that is about to lock it. So the probe waits for a look with a
	// search of all processes, which has found nothing else than the look before.
	unsure := ev.OpenElsewhere && (ob.opts.Search == nil || !ob.isUnmoved())
	switch {
	case ob.s.probe == ProbeNever:
		ev.Lock.Err = report.ErrNotProbed
	case unsure && ob.opts.Rest == nil:
		ev.Lock.Err = lock.ErrOpenElsewhere
	case ob.s.probe == ProbeAuto && ob.isStillFree():
	case ob.s.probe == ProbeAuto && !ob.isAtRest():
		ev.Lock.Err = report.ErrMoving
	case unsure:
		ev.Lock.Err = lock.ErrOpenElsewhere
	default:
		return true
	}
	return false
}

// checkNamed looks whether the process that the pidfile names holds the lock. It mostly does, and
// looking disturbs nobody. If it does not, it may hold a lock file that the directory had before.
func (ob *observation) checkNamed() {
	if ob.ev.Lock.State != lock.LockFree && ob.ev.Lock.State != lock.LockMissing {
		if d, ok := ob.named.holding(ob.ino, ob.isOurs); ok {
			ob.addHolders([]descriptor{d})
			return
		}
	}
	for _, d := range ob.named.formerLockFiles(func(proc.Lock) bool { return false }, ob.mayHaveBeenOurs) {
		if ob.wasOurs(&d) {
			ob.addHolders([]descriptor{d})
		}
	}
}

// tryLease tries to get a lease, which makes no daemon fail. It reports whether that settles the
// state of the lock.
func (ob *observation) tryLease() (settled bool) {
	ev := &ob.ev
	switch now := ob.dir.LeaseSeen(ev.Lock); {
	case now.State != lock.LockUnknown, errors.Is(now.Err, lock.ErrLeased), errors.Is(now.Err, lock.ErrNotRegular):
		ev.Lock = now
		if ev.Alone = now.State == lock.LockFree; ev.Alone {
			ev.Source = report.SourceLease
		}
		return true
	case errors.Is(now.Err, lock.ErrOpenElsewhere):
		ev.OpenElsewhere = true
	}
	return false
}

// tryLeaseAgain tries once more after a lease was refused. Another inspector or a backup may just have had
// the file open.
func (ob *observation) tryLeaseAgain() (settled bool) {
	time.Sleep(leaseAgain)
	ob.ev.OpenElsewhere = false
	return ob.tryLease()
}

// checkTaker looks whether the process that the kernel names as the lock's taker still holds it. That
// finds the daemon in a container, whose pidfile has a PID that means nothing here.
func (ob *observation) checkTaker() {
	if ob.ev.Locker <= 0 || ob.opts.Search != nil {
		return
	}
	if d, ok := ob.s.procs.find(ob.ev.Locker).holding(ob.ino, ob.isOurs); ok {
		ob.addHolders([]descriptor{d})
	}
}

// probeLock takes the flock for a moment. It does not repeat the probe of the look before if
// nothing has changed since: this look then only adds a search of all processes, for those who
// share the lock. Other files of the directory may have, where it is known to be at rest.
func (ob *observation) probeLock() {
	if p := ob.opts.Previous; ob.opts.Search != nil && !ob.ev.OpenElsewhere && ob.isUnmoved() && (ob.rest != nil || p.Dir == ob.ev.Dir) &&
		p.Lock.State == lock.LockFree && p.Source == report.SourceProbe {
		ob.ev.Lock, ob.ev.Source = p.Lock, p.Source
		return
	}
	ob.ev.Lock = ob.dir.ProbeSeen(ob.ev.Lock)
	if ob.ev.Lock.Err == nil {
		ob.ev.Source = report.SourceProbe
	}
}

// isUnmoved reports whether the lock file and the pidfile are as the look before found them.
func (ob *observation) isUnmoved() bool {
	p, now := ob.opts.Previous, &ob.ev
	return p != nil && p.Dir.SameFile(now.Dir) && p.Lock.ID == now.Lock.ID && p.Pidfile.ID == now.Pidfile.ID
}
