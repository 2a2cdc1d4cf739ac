package ui

import (
	"slices"

	"lockscope/ui/show"
)

// rows are the directories known, in order, those of them that the query
// shows, and a window on these. The cursor and the selection belong to
// directories: whatever is found, sorted or filtered, they stay with them.
type rows struct {
	byPath       map[string]*row
	paths        []*row // all, in order of path
	sorted       []*row // all
	filtered     []*row // those that match, in the same order; unused where all do
	shown        []*row // one of the two
	waiting      []*row // whose change is known and not shown yet: see take and settle
	order        order
	query        query
	counts       [show.ClassCount]int
	selected     int
	widest       int // of the paths, in cells as they are shown
	measure      func(path string) int
	groups       groups
	groupsBefore int // heads before the last change of depth

	cursor *row // in shown, unless that is empty
	at     int  // its index there
	moved  bool // it was moved: before, it stays on the top row
	top    int  // index of the first row in the window
	height int  // of the window
}

// newRows has no rows yet. measure is how many cells the table needs for a path.
func newRows(measure func(path string) int) *rows {
	return &rows{byPath: map[string]*row{}, measure: measure}
}

// setQuery shows other rows. The cursor stays with its directory, or goes to
// the next one that is shown.
func (rs *rows) setQuery(q query) {
	from := rs.sorted
	if q.narrows(&rs.query) {
		from = rs.filtered
	}
	rs.query = q
	rs.refilter(from, nil)
}

// setOrder sorts otherwise.
func (rs *rows) setOrder(o order) {
	rs.order = o
	rs.sorted = o.sort(rs.paths)
	rs.refilter(rs.sorted, rs.kept())
}

// kept is the row that stays shown whether it matches or not.
func (rs *rows) kept() *row {
	if !rs.moved {
		return nil
	}
	return rs.directory()
}

// refilter chooses what matches, or is to be kept, from rows that hold it all.
func (rs *rows) refilter(from []*row, keep *row) {
	rs.filtered = rs.filtered[:0] // of which from may be the whole
	if !rs.query.all() {
		rs.filtered = rs.query.filter(rs.filtered, from, keep)
	}
	rs.show()
}

// show puts what changed before the window.
func (rs *rows) show() {
	rs.shown = rs.flat()
	if rs.groups.depth > 0 {
		rs.shown = rs.groups.arrange(rs.shown, rs.order)
	}
	rs.follow()
}

// flat are the directories that match, in order.
func (rs *rows) flat() []*row {
	if rs.query.all() {
		return rs.sorted
	}
	return rs.filtered
}

// matching is how many directories match.
func (rs *rows) matching() int { return len(rs.flat()) }

// follow finds the cursor's row again, on the line of the window it was on.
func (rs *rows) follow() {
	line := rs.at - rs.top
	switch {
	case len(rs.shown) == 0:
		rs.at, rs.top = 0, 0
		return
	case !rs.moved || rs.cursor == nil:
		rs.at = 0
	case rs.cursor.gone:
		rs.at = min(rs.at, len(rs.shown)-1)
	case rs.groups.depth > 0 || rs.cursor.group != nil:
		rs.at = rs.findGrouped()
	default:
		at, _ := slices.BinarySearchFunc(rs.shown, rs.cursor, rs.order.compare)
		rs.at = min(at, len(rs.shown)-1)
	}
	rs.cursor = rs.shown[rs.at]
	rs.top = rs.at - line
	rs.scroll()
}

// findGrouped is where the cursor's row is among groups, or where it would be:
// at the head of its group.
func (rs *rows) findGrouped() int {
	if i := slices.Index(rs.shown, rs.cursor); i >= 0 {
		return i
	}
	head := rs.groups.heads[rs.groups.key(rs.cursor.Path)]
	if i := slices.Index(rs.shown, head); i >= 0 {
		return i
	}
	return min(rs.at, len(rs.shown)-1)
}

// scroll keeps the cursor inside the window, and the window inside the rows.
func (rs *rows) scroll() {
	rs.top = min(rs.top, rs.at, max(len(rs.shown)-rs.height, 0))
	rs.top = max(rs.top, rs.at-rs.height+1, 0)
	if rs.top > 0 && rs.top == rs.at && rs.height > 1 && rs.shown[rs.top-1].group != nil {
		rs.top-- // to the head that the cursor's row is below
	}
}

func (rs *rows) setHeight(h int) {
	rs.height = max(h, 1)
	rs.scroll()
}

// window is what is in sight.
func (rs *rows) window() []*row {
	return rs.shown[rs.top:min(rs.top+rs.height, len(rs.shown))]
}

// current is the row under the cursor, or nil where nothing is shown.
func (rs *rows) current() *row {
	if len(rs.shown) == 0 {
		return nil
	}
	return rs.cursor
}

// moveTo puts the cursor on the row at an index, or the nearest there is.
func (rs *rows) moveTo(i int) {
	if len(rs.shown) == 0 {
		return
	}
	left := rs.cursor
	rs.moved = true
	rs.at = max(min(i, len(rs.shown)-1), 0)
	rs.cursor = rs.shown[rs.at]
	if left != rs.cursor && left.group == nil && !rs.query.matches(left) {
		rs.filtered = slices.DeleteFunc(rs.filtered, func(r *row) bool { return r == left })
		rs.show()
	}
	rs.scroll()
}

// moveToProblem puts the cursor on the next problem (step 1) or the one
// before (step -1), and reports whether there is one.
func (rs *rows) moveToProblem(step int) bool {
	for i := rs.at + step; i >= 0 && i < len(rs.shown); i += step {
		if rs.shown[i].class.Problem() {
			rs.moveTo(i)
			return true
		}
	}
	return false
}

func (rs *rows) setSelected(r *row, on bool) {
	if r.selected != on {
		r.selected = on
		if on {
			rs.selected++
		} else {
			rs.selected--
		}
	}
}

// selectMatching selects every directory that matches, and deselectAll none at all.
func (rs *rows) selectMatching() {
	for _, r := range rs.flat() {
		rs.setSelected(r, true)
	}
}

func (rs *rows) deselectAll() {
	for _, r := range rs.sorted {
		rs.setSelected(r, false)
	}
}

// directory is the row under the cursor if that is a directory, or nil.
func (rs *rows) directory() *row {
	if r := rs.current(); r != nil && r.group == nil {
		return r
	}
	return nil
}

// toggle selects or deselects the cursor's directory, or its group as a whole.
func (rs *rows) toggle() {
	r := rs.current()
	switch {
	case r == nil:
	case r.group == nil:
		rs.setSelected(r, !r.selected)
	default:
		on := slices.ContainsFunc(r.group.rows, func(r *row) bool { return !r.selected })
		for _, member := range r.group.rows {
			rs.setSelected(member, on)
		}
	}
}

// selection lists the selected rows in order, shown or not.
func (rs *rows) selection() []*row {
	if rs.selected == 0 {
		return nil
	}
	out := make([]*row, 0, rs.selected)
	for _, r := range rs.sorted {
		if r.selected {
			out = append(out, r)
		}
	}
	return out
}

// problems counts the directories that need attention.
func (rs *rows) problems() int {
	n := 0
	for c := range show.Checking {
		n += rs.counts[c]
	}
	return n
}
