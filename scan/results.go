package scan

import (
	"slices"
	"time"

	"lockscope/scan/report"
)

// apply applies a look to the record of its directory, and reports what has changed. The report has no verdict
// yet: see record.apply. The directory is watched by s.watch from now on.
func (r *round) apply(s seen) {
	m, now, watch := r.m, s.report, s.watch
	var was before
	m.mu.Lock()
	rec := m.records.find(now.Path)
	asks := s.releaser != nil || rec != nil && rec.handover.isArrived()
	m.mu.Unlock()
	if asks {
		was = m.howRead(watch)
	}
	m.mu.Lock()
	if r.isFull(now) {
		m.mu.Unlock()
		m.events.unwatch(watch)
		return
	}
	other, alias := m.records.claim(now.Evidence.Dir, now.Path)
	if alias {
		m.mu.Unlock()
		m.events.unwatch(watch)
		m.forgetAlias(now.Path) // it may have led to another directory until now
		return
	}
	rec, moved := m.records.find(now.Path), false // it may be another one by now
	if rec == nil {
		rec, moved = m.records.add(now.Path), m.events != nil && m.events.moved[now.Path]
		m.came = true
	}
	if m.events != nil && m.events.lost[watch] {
		watch, s.watch = nil, nil
	}
	unwatched := rec.watch
	if unwatched == watch {
		unwatched = nil
	}
	told, early := m.seeHandover(rec, s, was)
	rec.watch, rec.polled = watch, s.polled
	if early {
		m.records.noteDue(rec)
		m.mu.Unlock()
		m.events.unwatch(unwatched)
		return
	}
	before, followed := rec.report, rec.followed
	rec.followed = false // whoever removes the record meanwhile leaves that to what follows
	rec.rest = s.rest
	change := rec.apply(now)
	m.records.noteDue(rec)
	now = rec.report // the one before, where its verdict is kept
	m.searchAnew = m.searchAnew || before != nil && mayBeSplit(before, now)
	m.records.noteReport(before, now)
	if !followed {
		before = nil
	}
	rec.lastWalk = max(rec.lastWalk, int32(r.walkNumber))
	m.agenda.noteSettling(rec)
	if moved { // since it is watched, and perhaps after it was looked at
		m.agenda.move(rec, time.Now())
	}
	if m.cfg.SummaryOnly {
		m.records.count(rec)
		change = nil
	}
	m.mu.Unlock()
	m.events.unwatch(unwatched)
	followed = m.events.follow(before, now)
	m.mu.Lock()
	gone := rec.gone
	rec.followed = followed && !gone
	m.records.noteDue(rec)
	m.mu.Unlock()
	if followed && gone {
		m.events.follow(now, nil)
	}
	if other != "" {
		m.forgetAlias(other)
	}
	if change != nil {
		m.out.tellChange(*change)
	}
	m.tellHandoff(told)
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

// remove removes the record of a directory. It returns false if there was none.
func (m *Monitor) remove(path string) bool {
	m.mu.Lock()
	rec := m.records.remove(path)
	if rec == nil {
		m.mu.Unlock()
		return false
	}
	m.agenda.noteSettling(rec)
	watch, followed, named := rec.watch, rec.followed, rec.report
	m.mu.Unlock()
	m.events.unwatch(watch)
	if followed {
		m.events.follow(named, nil)
	}
	return true
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

// forgetAlias removes the path of a directory that is known by another one now. Its changes that are not
// delivered yet are dropped. It is reported as gone only if somebody has heard of it by then.
func (m *Monitor) forgetAlias(path string) {
	if !m.remove(path) {
		return
	}
	m.out.put(func(u *report.Update) {
		undelivered := false
		u.Changes = slices.DeleteFunc(u.Changes, func(c report.Change) bool {
			undelivered = undelivered || c.Report.Path == path && c.New
			return c.Report.Path == path
		})
		if !undelivered {
			m.out.addGone(report.Key(m.cfg.Host, path))
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
