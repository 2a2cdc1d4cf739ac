package list

import "slices"

// GoTo puts the cursor on a directory, and reports whether it is shown. A group that it is folded in is
// unfolded.
func (l *List) GoTo(path string) bool {
	r := l.byKey[path]
	if r == nil || r.Report == nil || !l.query.matches(r, &l.context) {
		return false
	}
	if l.groups.by.By != Ungrouped {
		if head := l.groups.head(l.groups.key(r.Report)); head.Group.Folded {
			head.Group.Folded = false
			l.show()
		}
	}
	at := slices.Index(l.shown, r)
	if at < 0 {
		return false
	}
	l.MoveTo(at)
	return true
}
