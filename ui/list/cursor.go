package list

import "slices"

// SetHeight gives the window that many lines.
func (l *List) SetHeight(h int) {
	l.height = max(h, 1)
	l.scroll()
}

// Height is how many lines the window has.
func (l *List) Height() int { return l.height }

// Current is the row under the cursor, or nil where nothing is shown.
func (l *List) Current() *Row {
	if len(l.shown) == 0 {
		return nil
	}
	return l.cursor
}

// Directory is the row under the cursor if that is a directory, or nil.
func (l *List) Directory() *Row {
	if r := l.Current(); r != nil && r.Group == nil {
		return r
	}
	return nil
}

// Position is the index of the cursor's row among those shown.
func (l *List) Position() int { return l.at }

// Pin keeps the cursor on its row from now on, whatever comes above it. That is the row where the
// user saw it, if something came in between: seen, or nil if the user saw none.
func (l *List) Pin(seen *Row) {
	if l.pinned {
		return
	}
	l.pinned = true
	if seen == nil || seen == l.Current() {
		return
	}
	l.cursor = seen
	if seen.Gone {
		l.left = seen
	}
	l.refilter(l.sorted, seen)
}

// MoveTo puts the cursor on the row at an index, or the nearest there is. A row that no longer
// matches, or is gone, and was shown because the cursor was on it, goes.
func (l *List) MoveTo(i int) {
	if len(l.shown) == 0 {
		return
	}
	before := l.cursor
	l.pinned = true
	l.at = max(min(i, len(l.shown)-1), 0)
	l.cursor = l.shown[l.at]
	switch {
	case before == l.cursor:
	case l.left != nil:
		l.left = nil
		l.show()
	case before.Group == nil && !l.query.matches(before, &l.context):
		l.matched = slices.DeleteFunc(l.matched, func(r *Row) bool { return r == before })
		l.show()
	}
	l.scroll()
}

// MoveBy moves the cursor by n rows, or as far as it goes.
func (l *List) MoveBy(n int) { l.MoveTo(l.at + n) }

// MoveToRow puts the cursor on a row, and reports whether it is shown.
func (l *List) MoveToRow(r *Row) bool {
	at := slices.Index(l.shown, r)
	if at < 0 {
		return false
	}
	l.MoveTo(at)
	return true
}

// MoveToProblem puts the cursor on the next problem (step 1) or the one before (step -1), and
// reports whether there is one.
func (l *List) MoveToProblem(step int) bool {
	for i := l.at + step; i >= 0 && i < len(l.shown); i += step {
		if l.shown[i].Class.Problem() {
			l.MoveTo(i)
			return true
		}
	}
	return false
}

// follow finds the cursor's row again, on the line of the window it was on.
func (l *List) follow() {
	line := l.at - l.top
	switch {
	case len(l.shown) == 0:
		l.at, l.top = 0, 0
		return
	case !l.pinned || l.cursor == nil:
		l.at = 0
	case l.cursor.Gone && l.cursor != l.left:
		l.at = min(l.at, len(l.shown)-1)
	case l.groups.by.By != Ungrouped || l.cursor.Group != nil:
		l.at = l.findGrouped()
	default:
		at, _ := slices.BinarySearchFunc(l.shown, l.cursor, l.order.compare)
		l.at = min(at, len(l.shown)-1)
	}
	l.cursor = l.shown[l.at]
	if l.cursor != l.left {
		l.left = nil
	}
	l.top = l.at - line
	l.scroll()
}

// findGrouped is where the cursor's row is among groups, or where it would be:
// at the head of its group.
func (l *List) findGrouped() int {
	if i := slices.Index(l.shown, l.cursor); i >= 0 {
		return i
	}
	head := l.groups.heads[l.groups.key(l.cursor.Report)]
	if i := slices.Index(l.shown, head); i >= 0 {
		return i
	}
	return min(l.at, len(l.shown)-1)
}

// scroll keeps the cursor inside the window, and the window inside the rows.
func (l *List) scroll() {
	l.top = min(l.top, l.at, max(len(l.shown)-l.height, 0))
	l.top = max(l.top, l.at-l.height+1, 0)
	if l.top > 0 && l.top == l.at && l.height > 1 && l.shown[l.top-1].Group != nil {
		l.top-- // to the head that the cursor's row is below
	}
}
