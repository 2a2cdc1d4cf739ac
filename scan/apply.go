package scan

import (
	"time"

	"lockscope/scan/notify"
	"lockscope/scan/report"
)

// apply applies a look to the record of its directory, and reports what has changed. The report has no verdict
// yet: see record.apply. The directory is watched by s.watch from now on.
func (r *round) apply(s seen) {
	m := r.m
	change := m.ownerChangeIn(s)
	m.mu.Lock()
	if m.events != nil && m.events.lost[s.watch] {
		s.watch = nil
	}
	renamed, admitted := r.admit(s.report)
	if !admitted {
		m.mu.Unlock()
		m.events.unwatch(s.watch)
		m.tellRenamed(renamed)
		return
	}
	a := r.applyTo(m.records.find(s.report.Path), s, change)
	m.mu.Unlock()
	m.events.unwatch(a.unwatched)
	if !a.early {
		m.follow(a.record, a.followed, a.report)
	}
	m.tellRenamed(renamed)
	if a.change != nil {
		m.out.tellChange(*a.change)
	}
	m.tellHandoff(a.handoff)
}

// ownerChangeIn returns what is known of an owner that a look may have seen for the first time. It is asked
// before the look is applied, since it may take a while: the caller does not hold mu.
func (m *Monitor) ownerChangeIn(s seen) (change ownerChange) {
	m.mu.Lock()
	rec := m.records.find(s.report.Path)
	asks := s.releaser != nil || rec != nil && rec.handover.awaitsOwner()
	m.mu.Unlock()
	if asks {
		change = m.ownerChangeAt(s.watch)
	}
	return change
}

// admit decides whether a directory that was looked at is known by this path. Where it was known by another path,
// or this path led to another directory until now, that one is renamed: it was removed. The caller holds mu.
func (r *round) admit(now *report.Report) (renamed *removed, admitted bool) {
	m := r.m
	if r.leaveOut(now) {
		return nil, false
	}
	other, alias := m.records.claim(now.Evidence.Dir, now.Path)
	switch {
	case alias:
		return m.take(now.Path), false
	case other != "":
		renamed = m.take(other) // before there is another record of the directory: see leaveOut
	}
	return renamed, true
}

// applied is what became of a look.
type applied struct {
	record    *record
	early     bool           // it was too early: nothing of it was taken over but the watch
	unwatched *notify.Watch  // the watch that the directory had; nil if it has that still
	report    *report.Report // the one before, where its verdict is kept
	followed  *report.Report // the one whose processes are followed until now; nil if none is
	change    *report.Change
	handoff   *report.Handoff // nil if none is complete
}

// applyTo applies a look to a record, or a new one if that is nil. The caller holds mu.
func (r *round) applyTo(rec *record, s seen, change ownerChange) (a applied) {
	m, moved := r.m, false
	if rec == nil {
		rec, moved = m.records.add(s.report.Path), m.events != nil && m.events.moved[s.report.Path]
		m.lockFilesCame = true
	}
	a.record = rec
	if rec.watch != s.watch {
		a.unwatched = rec.watch
	}
	a.handoff, a.early = m.seeHandover(rec, s, change)
	rec.watch, rec.polled = s.watch, s.polled
	if a.early {
		m.records.noteDue(rec)
		return a
	}
	before := rec.report
	if rec.followed {
		a.followed = before
	}
	rec.followed = false // whoever removes the record meanwhile leaves that to follow
	rec.rest = s.rest
	a.change = rec.apply(s.report)
	a.report = rec.report
	m.records.noteDue(rec)
	m.searchAnew = m.searchAnew || before != nil && mayBeSplit(before, a.report)
	m.records.noteReport(before, a.report)
	rec.lastWalk = max(rec.lastWalk, int32(r.walkNumber))
	m.agenda.noteSettling(rec)
	if moved { // since it is watched, and perhaps after it was looked at
		m.agenda.move(rec, time.Now())
	}
	if m.cfg.SummaryOnly {
		m.records.count(rec)
		a.change = nil
	}
	return a
}

// applyError applies a look that failed: the directory gave no answer, or could not be opened. before is
// the last report on it, or nil.
func (r *round) applyError(root, path string, before *report.Report, err error) {
	now := &report.Report{Host: r.m.cfg.Host, Root: root, Path: path, Observed: time.Now()}
	if before != nil {
		now.Evidence.Dir = before.Evidence.Dir
	}
	now.Evidence.Err = err
	r.apply(seen{report: now, polled: report.PolledFailed})
}
