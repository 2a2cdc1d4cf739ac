package lock

import "lockscope/lock/proc"

// BreakStale removes what a dead holder left behind in a directory whose lock nobody holds: the
// pidfile and temporary pidfiles. It returns the names of the files that it removed.
//
// seen is the evidence that the decision rests on, from [Inspect] or from a scan. BreakStale checks
// all of it again. If something has changed it refuses with a [*RefusedError] that says why. After an
// error, only the files whose names it returns were removed. Nothing else was changed, unless the
// error is an [*AsideError].
//
// It never removes the lock file. It holds the lock exclusively for some ten microseconds, in which
// it confirms the evidence and unlinks the files. A daemon that starts meanwhile waits in its open,
// if the system grants a lease on the lock file; otherwise its Acquire fails. If there are many
// temporaries, they are removed a few at a time, and a daemon may acquire the lock in between.
func BreakStale(dir string, seen Evidence) (removed []string, err error) {
	return DefaultNames.BreakStale(dir, seen)
}

// BreakStale does what the function BreakStale does, for files of these names.
func (n Names) BreakStale(dir string, seen Evidence) (removed []string, err error) {
	return n.breakStale(dir, seen, func(breakStep) {})
}

// breakStep is a moment between two steps of a break. Whatever happens to the directory then, the
// later steps must withstand it. Tests do something there.
type breakStep string

const (
	stepOpened    breakStep = "opened"    // the directory is open
	stepProved    breakStep = "proved"    // the process that the pidfile names was proven to be gone
	stepLocked    breakStep = "locked"    // the flock is held
	stepConfirmed breakStep = "confirmed" // everything was found to be as it was seen
	stepAside     breakStep = "aside"     // without a lock file: the pidfile was moved aside
	stepRemoved   breakStep = "removed"   // the files are removed, the flock is still held
	stepReleased  breakStep = "released"  // the flock is released, the directory not yet synced
)

func (n Names) breakStale(dir string, seen Evidence, onStep func(breakStep)) (removed []string, err error) {
	b, err := n.openSeen(dir, seen)
	if err != nil {
		return nil, err
	}
	defer b.dir.Close()
	b.onStep = onStep
	b.onStep(stepOpened)
	removed, err = b.run()
	if len(removed) > 0 {
		fsync(b.dir.fd) // slow, so after the release; if it fails the pidfile may come back, which is harmless
	}
	return removed, err
}

// openSeen opens the directory, and checks that it is the one that was seen. From then on only the
// descriptor is used, so it does not matter which links led to it.
func (n Names) openSeen(dir string, seen Evidence) (*breaker, error) {
	d, err := n.OpenDir(dir)
	if err != nil {
		return nil, refusal(dir, seen, RefusedUnknown, err)
	}
	if id, err := d.ID(); err != nil || !id.SameFile(seen.Dir) {
		d.Close()
		return nil, refusal(dir, seen, RefusedReplaced, err)
	}
	return &breaker{dir: d, seen: seen}, nil
}

// breaker is one attempt to break a stale lock.
type breaker struct {
	dir    Dir
	seen   Evidence
	onStep func(breakStep)
	named  proc.Process // who had the pidfile's PID when it was proven that the one it meant is gone
}

func (b *breaker) refuse(why Refusal, err error) error { return refusal(b.dir.path, b.seen, why, err) }

func (b *breaker) run() (removed []string, err error) {
	if len(b.dir.names.Leftovers(b.seen)) == 0 {
		return nil, b.refuse(RefusedNothing, nil)
	}
	// The slow proofs come before the lock is taken. Under it they are only confirmed.
	if err := b.proveGone(); err != nil {
		if l := b.dir.LockFile(); l.ID != (FileID{}) && b.dir.namedHolds(l.ID) { // a reason that says more
			err = b.refuse(RefusedHeld, nil)
		}
		return nil, err
	}
	if err := b.mayRemove(); err != nil {
		return nil, err
	}
	b.onStep(stepProved)
	if b.seen.Lock.State == LockMissing {
		defer b.onStep(stepReleased)
		return b.removeUnlocked()
	}
	temps := b.seen.Temps
	for {
		n := min(len(temps), removeBatch)
		b.seen.Temps, temps = temps[:n], temps[n:]
		names, err := b.removeLocked()
		b.onStep(stepReleased)
		removed = append(removed, names...)
		if err != nil || len(temps) == 0 {
			return removed, err
		}
		b.seen.Pidfile = Pidfile{State: PidfileMissing}
	}
}

// proveGone refuses unless the process that the pidfile names is certainly not writing here.
func (b *breaker) proveGone() error {
	if b.seen.Pidfile.State != PidfileNamed {
		return nil
	}
	p, state, _ := b.dir.judge(b.seen.Pidfile)
	if !state.Exited() && state != ProcessUnrelated {
		return b.refuse(RefusedAlive, nil)
	}
	b.named = p
	return nil
}

// confirm refuses if something that was seen has changed. It runs under the lock, so it is quick. The
// identities of the files are left to sameFiles.
func (b *breaker) confirm() error {
	switch now := b.dir.Pidfile(); {
	case now.State == PidfileNotRegular:
		return b.refuse(RefusedNotRegular, ErrNotRegular)
	case now.Err != nil:
		return b.refuse(RefusedUnknown, now.Err)
	case now != b.seen.Pidfile:
		return b.refuse(RefusedChanged, nil)
	}
	if b.seen.Lock.State == LockMissing && b.dir.LockFile().State != LockMissing {
		return b.refuse(RefusedReplaced, nil)
	}
	if b.seen.Pidfile.State == PidfileNamed {
		if p, _, err := proc.Host.Find(b.seen.Pidfile.PID); err != nil || p != b.named && p != (proc.Process{}) {
			return b.refuse(RefusedAlive, err)
		}
	}
	return nil
}

// sameFiles reports whether every file that would be removed is still there, and unchanged.
func (b *breaker) sameFiles() bool {
	for _, temp := range b.seen.Temps {
		if id, _, err := fstatat(b.dir.fd, temp.Name); err != nil || id != temp.ID {
			return false
		}
	}
	return b.dir.isPidfile(b.seen.Pidfile.ID)
}

// remove unlinks the files that were seen, if all of them are still there.
//
// While we hold the lock, nobody who follows the protocol changes them. Somebody else may put another
// file there between the check and the unlink. Then that file is removed, an entry of this directory.
func (b *breaker) remove() (removed []string, err error) {
	if !b.sameFiles() {
		return nil, b.refuse(RefusedChanged, nil)
	}
	for _, name := range b.dir.names.Leftovers(b.seen) {
		if err := b.dir.unlink(name); err != nil {
			err = pathError("unlink", b.dir.filePath(name), err)
			if len(removed) == 0 {
				err = b.refuse(RefusedUnknown, err)
			}
			return removed, err
		}
		removed = append(removed, name)
	}
	return removed, nil
}

// Leftovers returns the names of the files that BreakStale would remove, given this evidence. Without
// a lock file there is no lock that keeps daemons out, and a temporary may be part of an acquire in
// progress. So temporaries are left alone then.
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
