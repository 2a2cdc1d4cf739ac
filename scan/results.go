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
	var renamed *removed
	if other != "" {
		renamed = m.take(other) // before there is another record of the directory: see isFull
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
		m.tellRenamed(renamed)
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
	m.tellRenamed(renamed)
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

// forgetAlias removes the path of a directory that is known by another one.
func (m *Monitor) forgetAlias(path string) {
	m.mu.Lock()
	left := m.take(path)
	m.mu.Unlock()
	m.tellRenamed(left)
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
