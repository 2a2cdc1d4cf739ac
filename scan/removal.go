package scan

import (
	"slices"

	"lockscope/scan/notify"
	"lockscope/scan/report"
)

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
