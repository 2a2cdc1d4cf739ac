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

// noteEntries takes in what happened to the entries of a directory. It reports whether it is to be seen whose
// the pidfile is that came.
func (r *record) noteEntries(names lock.Names, d notify.DirEvent) (arrived bool) {
	if d.Cut || d.Lost != 0 { // something was not told, or will not be
		r.handover = nil
		return false
	}
	if r.handover == nil && len(d.Entries) > 0 {
		r.handover = &handover{}
		if ev := &r.report.Evidence; ev.Lock.State == lock.LockHeld {
			r.handover.owner, r.handover.pidfile = ev.NamedHolder(), ev.Pidfile.ID
		}
	}
	for _, e := range d.Entries {
		r.handover.note(names, e)
	}
	return r.handover.isArrived()
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
func (m *Monitor) seeHandover(rec *record, now *report.Report, releaser *report.Process) (told *report.Handoff, early bool) {
	h := rec.handover
	if h == nil {
		now.Evidence.Releaser = nil
		return nil, false
	}
	told, again := h.see(now, releaser)
	if again > 0 {
		m.agenda.lookAgain(rec, time.Now().Add(again))
		return nil, true
	}
	if h.isIdle(now.Observed) {
		rec.handover = nil
	}
	return atPath(told, now), false
}

// lookWhoArrived looks whose the pidfiles are that have come to these directories, and tells of the hand-offs
// that they complete. That is a small part of a look, and not bound to how often looks may follow each other:
// the next hand-off may come at once.
func (m *Monitor) lookWhoArrived(recs []*record) {
	if len(recs) == 0 {
		return
	}
	m.mu.Lock()
	session := m.session.Again()
	m.mu.Unlock()
	for _, rec := range recs {
		m.mu.Lock()
		h, before := rec.handover, rec.report
		if rec.gone || !h.isArrived() {
			m.mu.Unlock()
			continue
		}
		owner, noted := h.owner, h.noted
		m.mu.Unlock()
		a, ok := m.askArrival(session, before, owner)
		if !ok || a.owner == nil {
			continue
		}
		m.mu.Lock()
		var told *report.Handoff
		watch := rec.watch
		if rec.handover == h && h.owner == owner && h.noted.Equal(noted) {
			told = atPath(h.confirm(a.owner, a.pidfile.ID, a.lives), before)
		}
		m.mu.Unlock()
		m.tellHandoff(told, watch)
	}
}

// arrival is what was found out about a pidfile that has come.
type arrival struct {
	owner   *report.Process // who is seen to hold the lock, named by the pidfile; nil if nobody is
	pidfile lock.Pidfile
	lives   bool // the owner before it does
}

// askArrival finds out whose the pidfile of a directory is, and whether the owner before it lives. ok is false
// where no answer comes in time.
func (m *Monitor) askArrival(s *observe.Session, r *report.Report, before *report.Process) (a arrival, ok bool) {
	return pool.Call(m.arrivals, r.Root, func() (a arrival) {
		d, err := m.find.Open(r.Root, r.Path)
		if err != nil {
			return a
		}
		defer d.Close()
		a.owner, a.pidfile = s.Owner(d)
		a.lives = before != nil && s.Lives(before)
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

// tellHandoff reports a hand-off, if it is one. watch is that of its directory. What was seen late may be
// that the releaser has the directory again after a successor had it, and of that the events are still to be
// read: so it is told that one was rolled back only where nothing has moved since.
func (m *Monitor) tellHandoff(told *report.Handoff, watch *notify.Watch) {
	if told != nil && !(told.RolledBack && (watch == nil || m.events.source.Moved(watch))) {
		m.out.put(func(u *report.Update) { u.Handoffs = append(u.Handoffs, *told) })
	}
}
