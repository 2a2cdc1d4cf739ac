package lock

import (
	"golang.org/x/sys/unix"

	"lockscope/lock/proc"
)

// BreakStale removes what a dead holder left in a directory whose lock nobody
// holds: the pidfile and temporary pidfiles. It returns their names.
//
// seen is the evidence that the decision rests on, from [Inspect] or from a scan. Whatever
// of it is no longer so refuses the break, with a [*RefusedError] that says
// why; nothing has then been changed, unless names come with it. Those are of what was
// removed before, as with any other error. The lock file is never removed, and the lock is
// held, exclusively, only for the tens of microseconds in which the evidence is
// confirmed and the files are unlinked. A daemon that starts meanwhile waits in its open, where the system
// grants a lease on the lock file, and is refused otherwise. Where a daemon that died again and again left many
// temporaries, that is done a few at a time, and a daemon may acquire in between.
func BreakStale(dir string, seen Evidence) (removed []string, err error) {
	return DefaultNames.BreakStale(dir, seen)
}

// BreakStale is the function BreakStale for files of these names.
func (n Names) BreakStale(dir string, seen Evidence) (removed []string, err error) {
	return n.breakStale(dir, seen, func(breakStep) {})
}

// breakStep is a moment between two steps of a break. What may happen to the
// directory there, the next steps must withstand; tests make it happen.
type breakStep string

const (
	stepOpened    breakStep = "opened"    // the directory is open
	stepProved    breakStep = "proved"    // the named process was proven gone
	stepLocked    breakStep = "locked"    // the flock is held
	stepConfirmed breakStep = "confirmed" // everything was found to be as seen
	stepAside     breakStep = "aside"     // without a lock file: the pidfile was moved aside
	stepRemoved   breakStep = "removed"   // the files are gone, the flock is still held
	stepReleased  breakStep = "released"  // nothing is held, the directory not yet synced
)

func (n Names) breakStale(dir string, seen Evidence, at func(breakStep)) (removed []string, err error) {
	b, err := n.openSeen(dir, seen)
	if err != nil {
		return nil, err
	}
	defer b.Close()
	b.at = at
	at(stepOpened)
	removed, err = b.run()
	if len(removed) > 0 {
		fsync(b.fd) // not under the lock; the pidfile is a hint, so a loss is harmless
	}
	return removed, err
}

// openSeen opens the directory that was seen. The descriptor is what counts from there on: it does not
// matter which links led to it.
func (n Names) openSeen(dir string, seen Evidence) (*breaker, error) {
	d, err := n.OpenDir(dir)
	if err != nil {
		return nil, refusal(dir, seen, RefusedUnknown, err)
	}
	if id, err := d.ID(); err != nil || !id.SameFile(seen.Dir) {
		d.Close()
		return nil, refusal(dir, seen, RefusedReplaced, err)
	}
	return &breaker{Dir: d, seen: seen}, nil
}

// breaker is one attempt.
type breaker struct {
	Dir
	seen  Evidence
	at    func(breakStep)
	named proc.Process // who had the pidfile's PID when it was proven not to be the holder
}

func (b *breaker) refuse(why Refusal, err error) error { return refusal(b.path, b.seen, why, err) }

func (b *breaker) run() (removed []string, err error) {
	if len(b.names.Leftovers(b.seen)) == 0 {
		return nil, b.refuse(RefusedNothing, nil)
	}
	// What takes long is proven before the lock is taken, and only confirmed under it.
	if err := b.proveGone(); err != nil {
		if b.heldNow() { // which says more
			err = b.refuse(RefusedHeld, nil)
		}
		return nil, err
	}
	if err := b.mayRemove(); err != nil {
		return nil, err
	}
	b.at(stepProved)
	if b.seen.Lock.State == LockMissing {
		defer b.at(stepReleased)
		return b.removeUnlocked()
	}
	temps := b.seen.Temps
	for {
		n := min(len(temps), batch)
		b.seen.Temps, temps = temps[:n], temps[n:]
		names, err := b.removeLocked()
		b.at(stepReleased)
		removed = append(removed, names...)
		if err != nil || len(temps) == 0 {
			return removed, err
		}
		b.seen.Pidfile = Pidfile{State: PidfileMissing}
	}
}

// removeLocked removes, under the lock, what is seen now: all of it but the temporaries of other batches.
func (b *breaker) removeLocked() ([]string, error) {
	fd, id, err := b.openLock()
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	leased, err := lockGently(fd, b.seen.Alone)
	if leased {
		defer giveLeaseBack(fd)
	}
	switch {
	case err == unix.EWOULDBLOCK || err == ErrOpenElsewhere && b.namedHolds(b.seen.Lock.ID):
		return nil, &RefusedError{Dir: b.path, Reason: RefusedHeld, PID: b.Pidfile().PID}
	case err == ErrOpenElsewhere:
		if other := b.otherLocks(fd); other != nil {
			return nil, other
		}
		return nil, b.refuse(RefusedChanged, err)
	case err != nil:
		return nil, b.refuse(RefusedUnknown, pathError("flock", b.filePath(b.names.Lock), err))
	}
	defer unflock(fd)
	b.at(stepLocked)
	if err := b.otherLocks(fd); err != nil {
		return nil, err
	}
	if onDisk, _, err := fstatat(b.fd, b.names.Lock); err != nil || !onDisk.SameFile(id) {
		return nil, b.refuse(RefusedReplaced, err)
	}
	if err := b.confirm(); err != nil {
		return nil, err
	}
	b.at(stepConfirmed)
	removed, err := b.remove()
	b.at(stepRemoved)
	return removed, err
}

// openLock opens the lock file that was seen.
func (b *breaker) openLock() (fd int, id FileID, err error) {
	fd, id, err = openRegular(b.fd, b.names.Lock, unix.O_RDONLY)
	switch {
	case err == unix.ENOENT:
		return -1, id, b.refuse(RefusedReplaced, nil)
	case err == unix.EAGAIN:
		return -1, id, b.refuse(RefusedUnknown, ErrLeased)
	case err != nil:
		return -1, id, b.refuse(RefusedUnknown, pathError("open", b.filePath(b.names.Lock), err))
	case !id.SameFile(b.seen.Lock.ID):
		unix.Close(fd)
		return -1, id, b.refuse(RefusedReplaced, nil)
	}
	return fd, id, nil
}

// otherLocks refuses where somebody has a lock of another kind on the lock file: it is in somebody's use.
func (b *breaker) otherLocks(fd int) error {
	pid, held, err := posixHolder(fd)
	switch {
	case held:
		return b.refuse(RefusedHeld, &PosixLockError{PID: pid})
	case err != nil && err != errNotAsked:
		return b.refuse(RefusedUnknown, pathError("fcntl", b.filePath(b.names.Lock), err))
	}
	return nil
}

// heldNow asks whether somebody has the lock. A lease tells that nobody has without refusing anybody.
func (b *breaker) heldNow() bool {
	l := b.LockFile()
	if l.State == LockMissing || l.Err != nil || b.LeaseSeen(l).State == LockFree {
		return false
	}
	return b.ProbeSeen(l).State == LockHeld
}

// proveGone establishes that the process the pidfile names is not one that
// could be writing here.
func (b *breaker) proveGone() error {
	if b.seen.Pidfile.State != PidfileNamed {
		return nil
	}
	p, state := b.Dir.named(b.seen.Pidfile)
	if !state.Exited() && state != ProcessUnrelated {
		return b.refuse(RefusedAlive, nil)
	}
	b.named = p
	return nil
}

// confirm is everything that must still be so while the lock is ours, but for
// what sameFiles tells.
func (b *breaker) confirm() error {
	switch now := b.Pidfile(); {
	case now.State == PidfileNotRegular:
		return b.refuse(RefusedNotRegular, ErrNotRegular)
	case now.Err != nil:
		return b.refuse(RefusedUnknown, now.Err)
	case now != b.seen.Pidfile:
		return b.refuse(RefusedChanged, nil)
	}
	if b.seen.Lock.State == LockMissing && b.LockFile().State != LockMissing {
		return b.refuse(RefusedReplaced, nil)
	}
	if b.seen.Pidfile.State == PidfileNamed {
		if p, _, err := proc.Host.Find(b.seen.Pidfile.PID); err != nil || p != b.named && p != (proc.Process{}) {
			return b.refuse(RefusedAlive, err)
		}
	}
	return nil
}

// sameFiles reports whether every file that was seen is still there, and unchanged.
func (b *breaker) sameFiles() bool {
	for _, temp := range b.seen.Temps {
		if id, _, err := fstatat(b.fd, temp.Name); err != nil || id != temp.ID {
			return false
		}
	}
	return b.PidfileID() == b.seen.Pidfile.ID
}

// remove unlinks what was seen, if all of it is still there. Nobody who keeps the
// protocol changes it while the lock is ours; who does not has no longer than these system calls take
// to put something else there, and then it is that, an entry of this directory, which goes.
func (b *breaker) remove() (removed []string, err error) {
	if !b.sameFiles() {
		return nil, b.refuse(RefusedChanged, nil)
	}
	for _, name := range b.names.Leftovers(b.seen) {
		if err := b.unlink(name); err != nil {
			err = pathError("unlink", b.filePath(name), err)
			if len(removed) == 0 {
				err = b.refuse(RefusedUnknown, err)
			}
			return removed, err
		}
		removed = append(removed, name)
	}
	return removed, nil
}

// Leftovers names the files that BreakStale would remove, given the evidence
// it will be handed. Temporaries are left alone where there is no lock file: without
// a lock to hold, one of them may be part of an acquire in progress.
func (n Names) Leftovers(seen Evidence) []string {
	n = n.OrDefault()
	var names []string
	if seen.Pidfile.ID != (FileID{}) {
		names = append(names, n.Pidfile)
	}
	if seen.Lock.State != LockMissing {
		for _, temp := range seen.Temps {
			names = append(names, temp.Name)
		}
	}
	return names
}
