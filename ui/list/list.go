package list

import (
	"slices"

	"lockscope/scan/report"
	"lockscope/ui/show"
)

// List is the directories known, those of them that are shown, and a window on these.
type List struct {
	paths show.Paths
	byKey map[string]*Row // also those that are known and not shown yet

	all     []*Row // in order of path
	sorted  []*Row // all
	matched []*Row // those that match the query, in the same order; unused where all do
	shown   []*Row // sorted or matched, with heads between them where there are groups
	lost    []*Row // of hosts that are lost, which are no directories
	waiting []*Row // whose change is known and not shown yet: see Take and Settle

	order     Order
	query     query
	context   context // of the query
	groups    groups
	counts    [show.ClassCount]int
	news      News
	newsWaits bool // there is news that may not be shown yet
	selected  int
	measures  measures

	cursor *Row // in shown, unless that is empty
	at     int  // its index there
	pinned bool // by the user: before, it stays on the top row
	left   *Row // the cursor's, once its directory is gone, or all of its group: it stays shown until the cursor leaves it
	top    int  // index of the first row in the window
	height int  // of the window
}

// New has no directories yet. Their paths are shown as paths shows them.
func New(paths show.Paths) *List {
	return &List{
		paths: paths, byKey: map[string]*Row{}, groups: groups{paths: paths}, height: 1,
		context: context{base: paths.Base, ascii: paths.Chars.ASCII},
	}
}

// Row is a line of the list: a directory, or the head of a group. It stays the same row while
// its reports come and go. Others than the list only read it.
type Row struct {
	Report *report.Report // as it is shown; that of a head has nothing but a path
	Group  *Group         // set on a head
	next   *report.Report // to be shown next, if that is not the same: see Settle

	keeper    int32 // PID of who held the lock by the last report; 0 = not known, or nobody
	successor int32 // PID of who acquired by a hand-off that was told, while the report on it is to come

	Class    show.Class // of the report; of a head NoClass or, if it is folded, that of its worst member
	Selected bool
	Gone     bool       // it is a data directory no longer: shown only because the cursor is on it
	stood    show.Class // of the last report whose verdict stood
	leaves   bool       // it is a data directory no longer, and still shown: see Settle
	isNew    bool       // it is a problem that came up: see News

	searched searched
}

// set gives the row a new report.
func (r *Row) set(report *report.Report) {
	r.Report, r.Class = report, show.ClassOf(report)
	r.searched = newSearched(report)
}

// IsHost reports whether the row is about a host, which is lost, and no directory.
func (r *Row) IsHost() bool { return r.Group == nil && r.Report.IsHost() }

// selectable reports whether the row is a directory that something could be done to.
func (r *Row) selectable() bool { return !r.Gone && !r.IsHost() }

// Total is how many directories there are, and hosts that are lost.
func (l *List) Total() int { return len(l.sorted) }

// Matching is how many of them match the filter.
func (l *List) Matching() int { return len(l.Matched()) }

// Lost is how many hosts are lost.
func (l *List) Lost() int { return len(l.lost) }

// Directories is how many directories there are, and how many of them match the filter.
func (l *List) Directories() (matching, all int) {
	matching, all = l.Matching(), l.Total()-len(l.lost)
	for _, r := range l.lost {
		if l.query.all() || l.query.matches(r, &l.context) || r == l.kept() {
			matching--
		}
	}
	return matching, all
}

// Len is how many lines are shown: the directories that match, and the heads of groups.
func (l *List) Len() int { return len(l.shown) }

// Waiting is how many changes are known that are not shown yet.
func (l *List) Waiting() int { return len(l.waiting) }

// count adds n to how many directories are of the class of a row, if that is one.
func (l *List) count(r *Row, n int) {
	if !r.IsHost() {
		l.counts[r.Class] += n
	}
}

// Count is how many directories are of a class.
func (l *List) Count(c show.Class) int { return l.counts[c] }

// Problems is how many directories need attention.
func (l *List) Problems() int {
	n := 0
	for c := range show.Checking {
		n += l.counts[c]
	}
	return n
}

// Matched are the directories that match the filter, in order. The list may change the slice
// when it is next told something.
func (l *List) Matched() []*Row {
	if l.query.all() {
		return l.sorted
	}
	return l.matched
}

// Window is what is in sight. See Matched.
func (l *List) Window() []*Row {
	return l.shown[l.top:min(l.top+l.height, len(l.shown))]
}

// Order is how the list is sorted.
func (l *List) Order() Order { return l.order }

// Sort sorts otherwise.
func (l *List) Sort(o Order) {
	if turned := (Order{o.Column, !o.Reverse}); l.order == turned {
		o.turn(l.sorted)
	} else {
		l.sorted = o.sort(l.all)
	}
	l.order = o
	l.refilter(l.sorted, l.kept())
}

// refilter chooses what matches, or is to be kept, from rows that hold it all.
func (l *List) refilter(from []*Row, keep *Row) {
	l.matched = l.matched[:0] // of which from may be the whole
	if !l.query.all() {
		l.matched = l.query.filter(l.matched, from, keep, &l.context)
	}
	l.show()
}

// kept is the row that stays shown whether it matches or not.
func (l *List) kept() *Row {
	if !l.pinned {
		return nil
	}
	return l.Directory()
}

// show puts what changed before the window.
func (l *List) show() {
	l.shown = l.Matched()
	if l.left != nil && l.left.Group == nil {
		at, _ := slices.BinarySearchFunc(l.shown, l.left, l.order.compare)
		l.shown = slices.Insert(slices.Clone(l.shown), at, l.left)
	}
	if l.groups.by.By != Ungrouped {
		l.shown = l.groups.arrange(l.shown, l.order, l.left)
		if l.left != nil && l.left.Group != nil && l.left.Group.Left() {
			l.left = nil
		}
	}
	l.follow()
}
