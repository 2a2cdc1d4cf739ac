package list

import (
	"slices"

	"lockscope/scan/report"
	"lockscope/ui/show"
)

// Event is one directory's change from one class to another or, held all along, from one holder
// to another.
type Event struct {
	Path           string
	From, To       show.Class     // NoClass where there was or is no directory
	FromPID, ToPID int            // of the holders, if they are what changed; else both are 0
	Report         *report.Report // what it rests on; nil for a directory that is gone
}

// Take takes an update in, and returns what changed with it. What is shown stays as it is until
// Settle.
func (l *List) Take(u *report.Update) (events []Event) {
	for _, c := range u.Changes {
		r := l.byPath[c.Report.Path]
		if r == nil {
			r = &Row{stood: show.NoClass}
			l.byPath[c.Report.Path] = r
		}
		l.await(r)
		r.next = c.Report
		if e, changed := r.turn(c.Report); changed {
			events = append(events, e)
		}
	}
	for _, path := range u.Gone {
		if r := l.byPath[path]; r != nil {
			delete(l.byPath, path)
			l.await(r)
			r.next, r.leaves = nil, true
			if r.stood != show.NoClass {
				events = append(events, Event{Path: path, From: r.stood, To: show.NoClass})
			}
		}
	}
	return events
}

// waits reports whether a change of the row is known that is not shown yet.
func (r *Row) waits() bool { return r.next != nil || r.leaves }

func (l *List) await(r *Row) {
	if !r.waits() {
		l.waiting = append(l.waiting, r)
	}
}

// Latest is the last report on a directory, shown or not; nil if there is none.
func (l *List) Latest(path string) *report.Report {
	r := l.byPath[path]
	switch {
	case r == nil:
		return nil
	case r.next != nil:
		return r.next
	}
	return r.Report
}

// Settle shows what was taken. The cursor's row keeps its line in the window, and stays shown
// while the cursor is on it even if it matches no longer, or its directory is gone.
func (l *List) Settle() {
	if len(l.waiting) == 0 {
		return
	}
	keep := l.kept()
	if slices.ContainsFunc(l.waiting, func(r *Row) bool { return r.Report != nil }) {
		l.sorted = slices.DeleteFunc(l.sorted, (*Row).waits)
		l.matched = slices.DeleteFunc(l.matched, (*Row).waits)
		l.all = slices.DeleteFunc(l.all, func(r *Row) bool { return r.leaves })
	}
	var placed, found []*Row
	for _, r := range l.waiting {
		if r.Report != nil {
			l.counts[r.Class]--
			if r.isNew {
				l.news.Counts[r.Class]--
			}
		}
		if r.leaves {
			l.setSelected(r, false)
			r.leaves, r.Gone = false, true
			if r == keep {
				l.left = r
			}
			continue
		}
		if r.Report == nil {
			l.measures.add(r.next.Path, l.paths)
			found = append(found, r)
			if l.left != nil && l.left.Report.Path == r.next.Path { // it is back
				l.cursor, l.left, keep = r, nil, r
			}
		}
		r.set(r.next)
		r.next = nil
		l.counts[r.Class]++
		if r.isNew = r.isNew && (r.Class.Problem() || r.Class == show.Checking); r.isNew {
			l.news.Counts[r.Class]++
		}
		placed = append(placed, r)
	}
	l.waiting = nil
	l.newsWaits = false

	l.all = Order{Column: show.ColumnDirectory}.insert(l.all, found)
	l.sorted = l.order.insert(l.sorted, placed)
	if !l.query.all() {
		placed = slices.DeleteFunc(placed, func(r *Row) bool {
			return r != keep && !l.query.matches(r, &l.context)
		})
		l.matched = l.order.insert(l.matched, placed)
	}
	if head := l.Current(); l.pinned && head != nil && head.Group != nil {
		l.left = head
	}
	l.show()
}

// turn takes note of a report, and says what changed with it if its verdict
// stands: the class, or whose the lock is.
func (r *Row) turn(now *report.Report) (e Event, changed bool) {
	c := show.ClassOf(now)
	if c == show.Checking {
		return Event{}, false
	}
	e = Event{Path: now.Path, From: r.stood, To: c, Report: now}
	keeper := 0
	if now.Verdict.State == report.Held {
		keeper = show.KeeperPID(now)
	}
	if r.stood == c && keeper != 0 && r.keeper != 0 {
		e.FromPID, e.ToPID = int(r.keeper), keeper
	}
	changed = r.stood != c || e.FromPID != e.ToPID
	r.stood = c
	r.keeper = int32(keeper)
	return e, changed
}
