package ui

import (
	"slices"

	"lockscope/scan/report"
	"lockscope/ui/show"
)

// take notes what changed and returns the events in it, without their time. What
// is shown stays as it is until settle.
func (rs *rows) take(changes []report.Change, gone []string) (events []event) {
	for _, c := range changes {
		r := rs.byPath[c.Report.Path]
		if r == nil {
			r = &row{stood: show.NoClass}
			rs.byPath[c.Report.Path] = r
		}
		rs.await(r)
		r.next = c.Report
		if e, changed := r.turn(c.Report); changed {
			events = append(events, e)
		}
	}
	for _, path := range gone {
		if r := rs.byPath[path]; r != nil {
			delete(rs.byPath, path)
			rs.await(r)
			r.next, r.leaves = nil, true
			if r.stood != show.NoClass {
				events = append(events, event{path: path, from: r.stood, to: show.NoClass})
			}
		}
	}
	return events
}

// waits reports whether a change of the row is known that is not shown yet.
func (r *row) waits() bool { return r.next != nil || r.leaves }

func (rs *rows) await(r *row) {
	if !r.waits() {
		rs.waiting = append(rs.waiting, r)
	}
}

// latest is the last report on a directory, shown or not; nil if there is none.
func (rs *rows) latest(path string) *report.Report {
	r := rs.byPath[path]
	switch {
	case r == nil:
		return nil
	case r.next != nil:
		return r.next
	}
	return r.Report
}

// settle shows what was taken. The cursor's row keeps its line in the window, and
// stays shown while the cursor is on it even if it matches no longer.
func (rs *rows) settle() {
	if len(rs.waiting) == 0 {
		return
	}
	keep := rs.kept()
	if slices.ContainsFunc(rs.waiting, func(r *row) bool { return r.Report != nil }) {
		rs.sorted = slices.DeleteFunc(rs.sorted, (*row).waits)
		rs.filtered = slices.DeleteFunc(rs.filtered, (*row).waits)
		rs.paths = slices.DeleteFunc(rs.paths, func(r *row) bool { return r.leaves })
	}
	var placed, found []*row
	for _, r := range rs.waiting {
		if r.Report != nil {
			rs.counts[r.class]--
		}
		if r.leaves {
			r.leaves, r.gone = false, true
			rs.setSelected(r, false)
			continue
		}
		if r.Report == nil {
			rs.widest = max(rs.widest, rs.measure(r.next.Path))
			found = append(found, r)
		}
		r.set(r.next)
		r.next = nil
		rs.counts[r.class]++
		placed = append(placed, r)
	}
	rs.waiting = nil

	rs.paths = order{column: show.ColumnDirectory}.insert(rs.paths, found)
	rs.sorted = rs.order.insert(rs.sorted, placed)
	if !rs.query.all() {
		placed = slices.DeleteFunc(placed, func(r *row) bool {
			return r != keep && !rs.query.matches(r)
		})
		rs.filtered = rs.order.insert(rs.filtered, placed)
	}
	rs.show()
}

// turn takes note of a report, and says what changed with it if its verdict
// stands: the class, or whose the lock is.
func (r *row) turn(now *report.Report) (e event, changed bool) {
	c := show.ClassOf(now)
	if c == show.Checking {
		return event{}, false
	}
	e = event{path: now.Path, from: r.stood, to: c, report: now}
	keeper := 0
	if now.Verdict.State == report.Held {
		keeper = show.KeeperPID(now)
	}
	if r.stood == c && keeper != 0 && r.keeper != 0 {
		e.fromPID, e.toPID = int(r.keeper), keeper
	}
	changed = r.stood != c || e.fromPID != e.toPID
	r.stood = c
	r.keeper = int32(keeper)
	return e, changed
}
