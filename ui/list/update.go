package list

import (
	"slices"
	"time"

	"lockscope/scan/report"
	"lockscope/ui/show"
)

// Take takes an update in, and returns what happened with it. What is shown stays as it is until
// Settle.
func (l *List) Take(u *report.Update, now time.Time) (events []*Event) {
	for i := range u.Handoffs {
		h := &u.Handoffs[i]
		events = append(events, newHandoff(h))
		if r := l.byKey[report.Key(h.Host, h.Path)]; r != nil {
			r.told(h)
		}
	}
	for _, c := range u.Changes {
		key := c.Report.Key()
		before := l.Latest(key)
		r := l.byKey[key]
		if r == nil {
			r = &Row{stood: show.NoClass}
			l.byKey[key] = r
		}
		l.await(r)
		r.next = c.Report
		if e := r.turn(before, c.Report, now); e != nil {
			events = append(events, e)
		}
	}
	for _, path := range u.Gone {
		if r := l.byKey[path]; r != nil {
			delete(l.byKey, path)
			l.await(r)
			r.next, r.leaves = nil, true
			if r.stood != show.NoClass {
				events = append(events, &Event{At: now, Path: path, From: r.stood, To: show.NoClass})
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
	r := l.byKey[path]
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
			l.count(r, -1)
			if r.isNew {
				l.news.count(r, -1)
			}
		}
		if r.leaves {
			l.setSelected(r, false)
			r.leaves, r.Gone = false, true
			l.lost = slices.DeleteFunc(l.lost, func(host *Row) bool { return host == r })
			if r == keep {
				l.left = r
			}
			continue
		}
		if r.Report == nil {
			l.measures.add(r.next.Path, l.paths)
			found = append(found, r)
			if r.next.IsHost() {
				l.lost = append(l.lost, r)
			}
			if l.left != nil && l.left.Report.Key() == r.next.Key() { // it is back
				l.cursor, l.left, keep = r, nil, r
			}
		}
		r.set(r.next)
		r.next = nil
		l.count(r, +1)
		if r.isNew = r.isNew && (r.Class.Problem() || r.Class == show.Checking); r.isNew {
			l.news.count(r, +1)
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
