package scan

import (
	"time"

	"lockscope/lock"
	"lockscope/lock/proc"
	"lockscope/scan/notify"
	"lockscope/scan/observe"
	"lockscope/scan/pool"
	"lockscope/scan/report"
)

// noteEntries takes in what happened to the entries of a directory. lost is when events were last lost. It
// reports whether a pidfile has come whose owner is to be found out.
func (r *record) noteEntries(names lock.Names, d notify.DirEvent, lost time.Time) (awaitsOwner bool) {
	// Something was not told, or will not be. Or it was told of another directory, which is or was at this path.
	if d.Cut || d.Lost != 0 || d.Watch != r.watch {
		r.handover = nil
		return false
	}
	if r.handover == nil && len(d.Entries) > 0 {
		r.handover = &handover{}
		// What moved since the last look, and was not taken in, may be that somebody else has the lock by now.
		isCurrent := r.moved().first.IsZero() && !lost.After(r.report.Observed)
		if ev := &r.report.Evidence; isCurrent && ev.Lock.State == lock.LockHeld {
			r.handover.owner, r.handover.pidfile = ev.NamedHolder(), ev.Pidfile.ID
		}
	}
	for _, e := range d.Entries {
		r.handover.note(names, e)
	}
	return r.handover.awaitsOwner()
}

// keepOneHandover has only one of two records follow the lock, where both are of the same directory: that
// it has another path is known only after the next walk (see aliases). before is the record that the event
// before was about, or nil: the events of one directory come one after the other, for each of its watches.
func (r *record) keepOneHandover(before *record) {
	if before == nil {
		return
	}
	dir := before.report.Evidence.Dir
	switch {
	case dir == (lock.FileID{}) || !dir.SameFile(r.report.Evidence.Dir):
	case r.path < before.path:
		before.handover = nil
	default:
		r.handover = nil
	}
}

// noteEnds takes in which processes have ended. It reports whether the directory's report names one as alive.
func (r *record) noteEnds(ended map[proc.Process]notify.ProcessEnd) (named bool) {
	if h := r.handover; h != nil && h.owner != nil {
		if e, ok := ended[identity(h.owner)]; ok {
			h.ended = e.When
		}
	}
	for p, lives := range processesOf(r.report) {
		if _, ok := ended[p]; ok && lives {
			return true
		}
	}
	return false
}

// seeHandover takes in a look at a directory that may be handed over. It returns the hand-off that this
// completes, nil if there is none. A look that is too early is not to be applied: another one follows. The
// caller holds mu.
func (m *Monitor) seeHandover(rec *record, s seen, change ownerChange) (told *report.Handoff, early bool) {
	now := s.report
	if rec.watch != s.watch { // until now it was another directory, or was not watched
		rec.handover = nil
	}
	h := rec.handover
	if h == nil {
		now.Evidence.Releaser = nil
		return nil, false
	}
	change.followed = rec.follows(h.owner)
	told, again := h.see(now, s.releaser, change)
	if again > 0 {
		m.agenda.lookAgain(rec, time.Now().Add(again))
		return nil, true
	}
	if h.isIdle(now.Observed) {
		rec.handover = nil
	}
	return atPath(told, now), false
}

// findNewOwners finds out whose the pidfiles are that have come to these directories, and reports the hand-offs
// that they complete. That is a small part of a look, and not bound to how often looks may follow each other:
// the next hand-off may come at once.
func (m *Monitor) findNewOwners(recs []*record) {
	if len(recs) == 0 {
		return
	}
	m.mu.Lock()
	session := m.session.Again()
	m.mu.Unlock()
	for _, rec := range recs {
		m.tellHandoff(m.completeHandover(session, rec))
	}
}

// completeHandover finds out whose the pidfile is that has come to a directory. It returns the hand-off that this
// completes, nil if there is none, or if more has happened there meanwhile.
func (m *Monitor) completeHandover(session *observe.Session, rec *record) *report.Handoff {
	m.mu.Lock()
	h, last := rec.handover, rec.report
	if rec.gone || !h.awaitsOwner() {
		m.mu.Unlock()
		return nil
	}
	owner, noted, watch := h.owner, h.noted, rec.watch
	m.mu.Unlock()
	a, ok := m.findNewOwner(session, last, owner, watch)
	if !ok || a.owner == nil {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if rec.handover != h || h.owner != owner || !h.noted.Equal(noted) {
		return nil
	}
	a.change.followed = rec.follows(h.owner)
	return atPath(h.confirm(a.owner, a.pidfile.ID, a.change), last)
}

// arrival is what was found out about a pidfile that has come.
type arrival struct {
	owner   *report.Process // who is seen to hold the lock, named by the pidfile; nil if nobody is
	pidfile lock.Pidfile
	change  ownerChange
}

// findNewOwner finds out whose the pidfile of a directory is, and whether the owner before it lives. ok is false
// where no answer comes in time. The arrival has no owner where another directory is at the path now.
func (m *Monitor) findNewOwner(s *observe.Session, last *report.Report, owner *report.Process, watch *notify.Watch) (a arrival, ok bool) {
	return pool.Call(m.arrivals, last.Root, func() (a arrival) {
		d, err := m.find.Open(last.Root, last.Path)
		if err != nil {
			return a
		}
		defer d.Close()
		if id, err := d.ID(); err != nil || !id.SameFile(last.Evidence.Dir) {
			return a
		}
		// Where hand-offs follow each other closely, the next pidfile comes while somebody looks whose this is.
		first := d.Pidfile()
		a.change = m.ownerChangeAt(watch)
		a.owner, a.pidfile = s.Owner(d)
		a.change.late = a.change.late || a.pidfile.ID != first.ID || a.pidfile.PID != first.PID
		a.change.lives = owner != nil && s.Lives(owner)
		return a
	})
}

// atPath says where a hand-off was.
func atPath(h *report.Handoff, r *report.Report) *report.Handoff {
	if h != nil {
		h.Host, h.Root, h.Path = r.Host, r.Root, r.Path
	}
	return h
}

// ownerChangeAt returns what is known of an owner that was seen just now, as far as the events of the
// directory tell. Another pidfile may have come than those whose events were taken in. Then these are not
// about that owner.
func (m *Monitor) ownerChangeAt(watch *notify.Watch) ownerChange {
	if watch == nil {
		return ownerChange{late: true}
	}
	late := m.events.source.Waits(watch, func(e notify.Entry) bool {
		return e.Name == m.cfg.Names.Pidfile && (e.Change == notify.Created || e.Change == notify.MovedTo)
	})
	return ownerChange{late: late, resumed: m.events.source.Resumed()}
}

// tellHandoff reports a hand-off, if it is one.
func (m *Monitor) tellHandoff(told *report.Handoff) {
	if told != nil {
		m.out.put(func(u *report.Update) { u.Handoffs = append(u.Handoffs, *told) })
	}
}
