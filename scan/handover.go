package scan

import (
	"time"

	"lockscope/lock"
	"lockscope/lock/proc"
	"lockscope/scan/notify"
	"lockscope/scan/report"
)

// handover follows the lock of one directory from one process to the next, by the events of its pidfile and
// by what is seen in between: see "Hand-offs" in the package comment. What it finds in the end, and what is
// reported, is a hand-off. It asks nothing and knows no clock.
// It is not safe for concurrent use.
type handover struct {
	owner   *report.Process // who was last seen to hold the lock, named by the pidfile; nil if nobody was
	pidfile lock.FileID     // the owner's
	ended   notify.Moment   // when the owner ended; zero: that is not known
	untold  bool            // that it had ended was found by a look, and no event told when
	release notify.Moment   // when its pidfile went; zero: it did not
	acquire notify.Moment   // when the first file of the next pidfile came; zero: none did
	arrived notify.Moment   // when the next pidfile was in place; zero: it is not, or its owner is known
	noted   time.Time       // when the last event was read
	tries   int             // looks that found the lock still held after the pidfile had gone
	last    time.Time       // when the last hand-off that was told was complete; zero if none was
	giver   *report.Process // who released the lock to the owner, by a hand-off that was told; nil if nobody did
}

// note takes in an event of the directory.
func (h *handover) note(names lock.Names, e notify.Entry) {
	gone := e.Change == notify.Deleted || e.Change == notify.MovedFrom
	switch {
	case !names.IsProtocol(e.Name):
		return
	case e.Name == names.Lock:
		// Whoever holds the one that was there before has not released it.
		h.restart(nil, lock.FileID{})
	case e.Name != names.Pidfile:
		switch {
		case h.awaitsOwner():
		case !gone && h.acquire.At.IsZero():
			h.acquire = e.When
		case e.Change == notify.Deleted:
			h.acquire = notify.Moment{}
		}
	case gone:
		if h.awaitsOwner() {
			h.owner = nil // one came and went, and nobody saw whose it was
		}
		h.release, h.acquire, h.arrived, h.tries = e.When, notify.Moment{}, notify.Moment{}, 0
	default:
		if h.awaitsOwner() {
			h.owner = nil // it replaced one of which nobody saw whose it was
		}
		h.arrived = e.When
		if e.Change == notify.Created && h.acquire.At.IsZero() { // by a shell, which writes it in place
			h.acquire = e.When
		}
	}
	h.noted = e.When.At
}

// awaitsOwner reports whether the next pidfile is in place, and it is not known yet whose it is.
func (h *handover) awaitsOwner() bool { return h != nil && !h.arrived.At.IsZero() }

// releaser returns who has released the lock and may be handing it over; nil if nobody is known to.
func (h *handover) releaser(now time.Time) *report.Process {
	if h == nil || h.release.At.IsZero() || now.Sub(h.release.At) > handOverWithin {
		return nil
	}
	return h.owner
}

// ownerChange is what is known when another owner is seen, besides who that is.
type ownerChange struct {
	lives    bool      // the owner before does
	followed bool      // the end of the owner before is told
	late     bool      // other pidfiles have come since the one whose events were taken in, or may have
	resumed  time.Time // see notify.Source.Resumed
}

// confirm takes in that a process was seen to hold the lock and to be named by a pidfile. It returns the
// hand-off that this completes, nil if there was none: see [report.Handoff].
func (h *handover) confirm(now *report.Process, pidfile lock.FileID, change ownerChange) *report.Handoff {
	written := time.Unix(0, pidfile.MTime)
	acquired := h.acquired(written)
	told := report.Handoff{From: peer(h.owner), To: peer(now)}
	released, untold := h.release, false
	switch {
	case !h.awaitsOwner() || h.owner == nil || change.late || h.pidfile == pidfile: // the last: a look was faster than its events
		h.restart(now, pidfile)
		return nil
	case isSame(h.owner, now): // it took the lock back, or wrote its pidfile anew
		told.RolledBack = true
	case change.lives || !h.ended.At.IsZero() && !h.ended.After.Before(acquired.At):
	case h.ended.At.IsZero() && change.followed:
		return nil // it may have ended before or after that: its end is still to be told
	case h.giver != nil && isSame(h.giver, now) && (released.At.IsZero() || !h.ended.At.IsZero() && !h.ended.At.After(acquired.After)):
		told.RolledBack = true // where the owner released the lock, it must be certain that it had ended
		if released.At.IsZero() {
			released, untold = h.ended, h.untold
		}
	default:
		released = notify.Moment{} // it had ended before, as far as is known: this is a restart
	}
	giver := h.owner
	h.restart(now, pidfile)
	if released.At.IsZero() || acquired.At.Sub(released.At) > handOverWithin {
		return nil
	}
	told.Released, told.Acquired = released.At, acquired.At
	told.Gap = acquired.At.Sub(released.At)
	// The gap is only known to be at most so long where one read told of both moments, or of the end alone, where the
	// lock may have been acquired before the read that told of the release, where this program was stopped in between,
	// or where only a look found that the one before had ended.
	stopped := released.After.Before(change.resumed) && released.At.After(change.resumed.Add(-readWithin))
	if told.Gap <= 0 || acquired.After.Before(released.Asked) || stopped || untold {
		told.Gap, told.AtMost = acquired.At.Sub(released.After), true
	}
	h.last, h.giver = told.Acquired, giver
	return &told
}

// acquired returns when the lock was acquired: the first file of the new pidfile comes just after that. Where
// it made no event, or the event was read late, the pidfile's mtime says when it was written, if that can be
// true. Else After is zero.
func (h *handover) acquired(written time.Time) notify.Moment {
	first := h.acquire
	isRead := !first.At.IsZero()
	switch {
	case isRead && written.After(first.At.Add(tick)) && !written.After(h.arrived.At):
		// That file may be of one who was killed in its acquire: the next one wrote to it, which makes no event.
		return notify.Moment{At: written}
	case written.After(h.release.At) && !written.After(h.arrived.At) && (!isRead || first.At.Sub(written) > readWithin):
		return notify.Moment{After: written, Asked: written, At: written}
	case isRead:
		return first
	}
	return notify.Moment{At: h.arrived.At}
}

// restart begins anew with who holds the lock now, and its pidfile; nil if nobody is known to.
func (h *handover) restart(now *report.Process, pidfile lock.FileID) {
	*h = handover{owner: now, pidfile: pidfile, noted: h.noted, last: h.last}
}

// see takes in a look. asked is the process that was a releaser when the look began: the evidence has it if
// it lived. see takes it out of the evidence of a directory that is not being handed over, and returns the
// hand-off that the look completes, nil if there is none. change is all that is known but lives. Where again is
// positive the look was too early, and the next one is due after that time.
func (h *handover) see(next *report.Report, asked *report.Process, change ownerChange) (told *report.Handoff, again time.Duration) {
	ev := &next.Evidence
	change.lives = ev.Releaser != nil
	var holder *report.Process
	if ev.Lock.State == lock.LockHeld {
		holder = ev.NamedHolder()
	}
	ev.Releaser = nil
	switch {
	case !next.Observed.After(h.noted) || ev.Lock.State == lock.LockUnknown: // it saw what was before, or nothing
	case h.awaitsOwner():
		switch {
		case ev.Lock.State == lock.LockHeld && ev.Pidfile.State == lock.PidfileEmpty: // it is being written
		case holder == nil:
			h.restart(nil, lock.FileID{})
		case asked == h.owner || h.release.At.IsZero(): // else the next look asks
			told = h.confirm(holder, ev.Pidfile.ID, change)
		}
	case h.release.At.IsZero():
		h.seeOwner(next, holder)
	case ev.Lock.State == lock.LockHeld && h.owner != nil && ev.HasHolder(h.owner):
		// A release unlinks the pidfile before it unlocks. If it does not, somebody else unlinked it.
		if h.tries < len(unlockWithin) {
			again = unlockWithin[h.tries]
			h.tries++
		} else {
			h.restart(h.owner, h.pidfile)
		}
	case asked != h.owner: // the next look asks
	case change.lives && h.releaser(next.Observed) != nil:
		ev.Releaser = h.owner
	default:
		h.restart(nil, lock.FileID{})
	}
	return told, again
}

// seeOwner takes in a look at a directory whose pidfile has neither gone nor come. holder is whom that
// names, and who is seen to hold the lock; nil if nobody is. Where that is another one than the owner, the
// events of it are still to come. And an owner who has left without a release may be followed by who gave
// it the lock: so it stays the owner.
func (h *handover) seeOwner(next *report.Report, holder *report.Process) {
	ev := &next.Evidence
	switch {
	case h.owner == nil:
		if holder != nil {
			h.restart(holder, ev.Pidfile.ID)
		}
	case ev.Lock.State == lock.LockFree && ev.Owner != nil && !ev.Process.Exited() && isSame(ev.Owner, h.owner):
		// It gave up the lock and left its pidfile. Whoever removes that later does not release.
		h.restart(nil, lock.FileID{})
	case ev.Lock.State == lock.LockFree && ev.Process.Exited() && ev.Pidfile.ID == h.pidfile && h.ended.At.IsZero():
		// Nobody follows one who ends before the first look at it.
		h.ended, h.untold = notify.Moment{After: h.last, At: next.Observed}, true
	}
}

// isIdle reports whether nothing is left of what was seen that the next event would need, besides who holds
// the lock.
func (h *handover) isIdle(now time.Time) bool {
	return h.release.At.IsZero() && h.acquire.At.IsZero() && !h.awaitsOwner() && now.Sub(h.last) > handOverWithin
}

// identity is what tells a process from others.
func identity(p *report.Process) proc.Process { return proc.Process{PID: p.PID, Ticks: p.Ticks} }

func isSame(a, b *report.Process) bool { return identity(a) == identity(b) }

// peer is a process as a hand-off names it.
func peer(p *report.Process) report.Peer {
	if p == nil {
		return report.Peer{}
	}
	return report.Peer{PID: p.PID, Command: p.Command}
}
