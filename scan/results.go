package scan

import (
	"slices"
	"time"

	"lockscope/scan/notify"
	"lockscope/scan/report"
)

// apply applies a look to the record of its directory, and reports what has changed. The report has no verdict
// yet: see record.apply. The directory is watched by s.watch from now on.
func (r *round) apply(s seen) {
	m := r.m
	was := m.readBefore(s)
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
	a := r.applyTo(m.records.find(s.report.Path), s, was)
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

// readBefore returns how the events of a directory had been read when it was looked at, where that tells something of
// a hand-off. It asks before the look is applied: it may take a while, and the caller does not hold mu.
func (m *Monitor) readBefore(s seen) (was before) {
	m.mu.Lock()
	rec := m.records.find(s.report.Path)
	asks := s.releaser != nil || rec != nil && rec.handover.isArrived()
	m.mu.Unlock()
	if asks {
		was = m.howRead(s.watch)
	}
	return was
}

// admit decides whether a directory that was looked at is known by this path. Where it was known by another path,
// or this path led to another directory until now, that one is renamed: it was removed. The caller holds mu.
func (r *round) admit(now *report.Report) (renamed *removed, admitted bool) {
	m := r.m
	if r.isFull(now) {
		return nil, false
	}
	other, alias := m.records.claim(now.Evidence.Dir, now.Path)
	switch {
	case alias:
		return m.take(now.Path), false
	case other != "":
		renamed = m.take(other) // before there is another record of the directory: see isFull
	}
	return renamed, true
}

// applied is what became of a look.
type applied struct {
	record    *record
	early     bool           // it was too early, and only the watch is another
	unwatched *notify.Watch  // the watch that the directory had; nil if it has that still
	report    *report.Report // the one before, where its verdict is kept
	followed  *report.Report // the one whose processes are followed until now; nil if none is
	change    *report.Change
	handoff   *report.Handoff // nil if none is complete
}

// applyTo applies a look to a record, or a new one if that is nil. The caller holds mu.
func (r *round) applyTo(rec *record, s seen, was before) (a applied) {
	m, moved := r.m, false
	if rec == nil {
		rec, moved = m.records.add(s.report.Path), m.events != nil && m.events.moved[s.report.Path]
		m.came = true
	}
	a.record = rec
	if rec.watch != s.watch {
		a.unwatched = rec.watch
	}
	a.handoff, a.early = m.seeHandover(rec, s, was)
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

// follow follows the processes that the report of a record names, now, and no longer those of the one before, which
// is nil where none are followed.
func (m *Monitor) follow(rec *record, before, now *report.Report) {
	followed := m.events.follow(before, now)
	m.mu.Lock()
	gone := rec.gone
	rec.followed = followed && !gone
	m.records.noteDue(rec)
	m.mu.Unlock()
	if followed && gone {
		m.events.follow(now, nil)
	}
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

// removed is what is left of a record that was removed.
type removed struct {
	path     string
	watch    *notify.Watch
	followed *report.Report // whose processes are followed for it; nil if none are
}

// take removes the record of a directory, or returns nil if there was none. letGo is to be called next, without
// m.mu, which the caller of take holds.
func (m *Monitor) take(path string) *removed {
	rec := m.records.remove(path)
	if rec == nil {
		return nil
	}
	m.agenda.noteSettling(rec)
	left := &removed{path: path, watch: rec.watch}
	if rec.followed {
		left.followed = rec.report
	}
	return left
}

// letGo ends what was watched for a record that was removed.
func (m *Monitor) letGo(left *removed) {
	m.events.unwatch(left.watch)
	if left.followed != nil {
		m.events.follow(left.followed, nil)
	}
}

// remove removes the record of a directory. It returns false if there was none.
func (m *Monitor) remove(path string) bool {
	m.mu.Lock()
	left := m.take(path)
	m.mu.Unlock()
	if left != nil {
		m.letGo(left)
	}
	return left != nil
}

// forget removes a directory that is gone, and reports that. It may be there still and have only lost its
// files. Then it is one of those that a walk passes through, and is watched as such after the next walk,
// unless this round's has just done that.
func (r *round) forget(path string) {
	m := r.m
	if m.remove(path) {
		if m.events != nil && r.walkNumber == 0 {
			m.change(func(a *agenda) { a.treeMoved = true })
		}
		m.out.tellGone(report.Key(m.cfg.Host, path))
	}
}

// tellRenamed drops the changes of a directory that is known by another path now, where they are not delivered
// yet. It is reported as gone only if somebody has heard of it by then. left may be nil.
func (m *Monitor) tellRenamed(left *removed) {
	if left == nil {
		return
	}
	m.letGo(left)
	m.out.put(func(u *report.Update) {
		undelivered := false
		u.Changes = slices.DeleteFunc(u.Changes, func(c report.Change) bool {
			undelivered = undelivered || c.Report.Path == left.path && c.New
			return c.Report.Path == left.path
		})
		if !undelivered {
			m.out.addGone(report.Key(m.cfg.Host, left.path))
		}
	})
}

// reportError reports a root, or a directory below one, that cannot be read.
func (m *Monitor) reportError(e report.PathError) {
	e.Host = m.cfg.Host
	m.mu.Lock()
	m.errors++
	m.mu.Unlock()
	m.out.put(func(u *report.Update) { u.Errors = append(u.Errors, e) })
}
