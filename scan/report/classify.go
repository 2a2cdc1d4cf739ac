package report

import (
	"errors"
	"io/fs"
	"slices"

	"lockscope/lock"
)

// Classify makes a verdict of evidence. The same evidence always gives the same verdict.
func Classify(ev *Evidence) Verdict {
	if ev.Err != nil {
		v := unknown(ev.Err)
		if ev.Another != "" {
			v = v.with(HoldsAnother)
		}
		return v
	}
	var why Reasons
	for _, h := range ev.Holders {
		switch {
		case h.Covered:
			why = why.With(MountedOver)
		case h.Deleted:
			why = why.With(LockfileDeleted)
		}
	}
	if why != 0 {
		return Verdict{Split, why}
	}
	if ev.Pidfile.State == lock.PidfileNotRegular {
		return Verdict{Unknown, Reasons(0).With(PidfileNotRegular)}
	}
	isLooping := errors.Is(ev.Lock.Err, lock.ErrOpenElsewhere) || errors.Is(ev.Lock.Err, ErrMoving) && (ev.WasHeld || ev.OpenElsewhere)
	if ev.Changing && isLooping {
		// A daemon acquires and releases all the time. It had it open at each look, or held it at one.
		return Verdict{Held, Reasons(0).With(Changing)}
	}
	switch ev.Lock.State {
	case lock.LockHeld:
		return classifyHeld(ev)
	case lock.LockFree, lock.LockMissing:
		return classifyFree(ev)
	}
	return unknown(ev.Lock.Err)
}

func classifyHeld(ev *Evidence) Verdict {
	var why Reasons
	if ev.Thread {
		why = why.With(PIDThread)
	}
	named := ev.Pidfile.State == lock.PidfileNamed
	if named && ev.NamedHolds() {
		return Verdict{Held, why}
	}
	switch {
	case ev.Acquiring:
		return Verdict{Held, Reasons(0).With(Acquiring)}
	case ev.Changing:
		return Verdict{Held, Reasons(0).With(Changing)}
	case ev.Pidfile.State == lock.PidfileUnreadable:
		return unknown(ev.Pidfile.Err).with(PidfileUnreadable)
	case !named:
		why = why.With(pidfileReason(ev.Pidfile.State))
		if ev.onlyInherited() {
			why = why.With(InheritedFD)
		}
		return Verdict{Unnamed, why}
	case len(ev.Holders) == 0:
		return classifyUnseen(ev)
	}
	if reason, ok := processReason(ev.Process); ok {
		why = why.With(reason)
	}
	if ev.Process.Exited() && ev.onlyInherited() {
		return Verdict{Orphaned, why.With(InheritedFD)}
	}
	return Verdict{Mismatch, why.With(PIDNotHolder)}
}

// classifyUnseen is for a held lock of which no holder was found.
func classifyUnseen(ev *Evidence) Verdict {
	why := Reasons(0).With(HolderNotVisible)
	if ev.Process.Exited() {
		reason, _ := processReason(ev.Process)
		return Verdict{Unknown, why.With(reason)}
	}
	return Verdict{Held, why}
}

func classifyFree(ev *Evidence) Verdict {
	if ev.Changing { // the lock and the pidfile never stood still together
		return Verdict{Free, Reasons(0).With(Changing)}
	}
	var why Reasons
	if ev.Lock.State == lock.LockMissing {
		why = why.With(LockfileMissing)
	}
	if len(ev.Temps) > 0 {
		why = why.With(TempLeftover)
	}
	if ev.Thread {
		why = why.With(PIDThread)
	}
	named := ev.Pidfile.State == lock.PidfileNamed
	if alive := named && ev.Process == lock.ProcessAlive; ev.OpenElsewhere && !alive {
		why = why.With(OpenElsewhere)
		if !ev.openersAreHarmless() {
			return Verdict{Unknown, why}
		}
	}
	switch ev.Pidfile.State {
	case lock.PidfileMissing:
		if len(ev.Temps) > 0 {
			return Verdict{Stale, why}
		}
		if ev.Releaser != nil {
			why = why.With(HandingOver)
		}
		return Verdict{Free, why}
	case lock.PidfileEmpty, lock.PidfileMalformed:
		return Verdict{Stale, why.With(pidfileReason(ev.Pidfile.State))}
	case lock.PidfileUnreadable:
		return unknown(ev.Pidfile.Err).with(PidfileUnreadable)
	}
	switch {
	case ev.Another != "":
		return Verdict{Unknown, why.With(HoldsAnother)}
	case ev.Process == lock.ProcessAlive:
		return Verdict{Unguarded, why.With(PIDAlive)}
	case ev.Process == lock.ProcessUnknown:
		return Verdict{Unknown, why.With(Permission)}
	}
	reason, _ := processReason(ev.Process)
	return Verdict{Stale, why.With(reason)}
}

// openersAreHarmless reports whether it is known who has the lock file open, and none of them
// serves a file system. Such a server has the file open for its clients, and a client may hold the
// lock.
func (ev *Evidence) openersAreHarmless() bool {
	return len(ev.Openers) > 0 && !slices.ContainsFunc(ev.Openers, func(o Opener) bool { return o.Serves })
}

// onlyInherited reports whether the process that took the lock is gone, and only processes that
// inherited its descriptor keep it.
func (ev *Evidence) onlyInherited() bool {
	for _, h := range ev.Holders {
		if !h.Inherited {
			return false
		}
	}
	return len(ev.Holders) > 0 && (ev.Taker.Exited() || ev.Taker == lock.ProcessUnrelated)
}

func (v Verdict) with(r Reason) Verdict {
	v.Reasons = v.Reasons.With(r)
	return v
}

// unknown is the verdict where something could not be established.
func unknown(err error) Verdict {
	var why Reasons
	switch {
	case errors.Is(err, lock.ErrNotRegular):
		why = why.With(LockfileNotRegular)
	case errors.Is(err, fs.ErrPermission):
		why = why.With(Permission)
	case errors.Is(err, ErrNoAnswer):
		why = why.With(Timeout)
	case errors.Is(err, ErrNotProbed):
		why = why.With(NotProbed)
	case errors.Is(err, ErrMoving):
		why = why.With(Changing)
	case errors.Is(err, ErrNotSeen):
		why = why.With(NotVisible)
	case errors.Is(err, lock.ErrPosixLock):
		why = why.With(PosixLock)
	case errors.Is(err, lock.ErrLeased):
		why = why.With(Leased)
	case errors.Is(err, lock.ErrOpenElsewhere):
		why = why.With(OpenElsewhere)
	case err != nil:
		why = why.With(IOError)
	}
	return Verdict{Unknown, why}
}

func pidfileReason(s lock.PidfileState) Reason {
	switch s {
	case lock.PidfileMissing:
		return PidfileMissing
	case lock.PidfileEmpty:
		return PidfileEmpty
	}
	return PidfileMalformed
}

// processReason returns the reason code of a state that shows that the pidfile's process is not the
// owner.
func processReason(s lock.ProcessState) (Reason, bool) {
	switch s {
	case lock.ProcessGone:
		return PIDGone, true
	case lock.ProcessZombie:
		return PIDZombie, true
	case lock.ProcessReused:
		return PIDReused, true
	case lock.ProcessUnrelated:
		return PIDUnrelated, true
	}
	return 0, false
}
