package list

import "slices"

// Selected is how many directories are selected, shown or not.
func (l *List) Selected() int { return l.selected }

// Selection lists them in order.
func (l *List) Selection() []*Row {
	if l.selected == 0 {
		return nil
	}
	out := make([]*Row, 0, l.selected)
	for _, r := range l.sorted {
		if r.Selected {
			out = append(out, r)
		}
	}
	return out
}

// Toggle selects or deselects the cursor's directory, or its group as a whole. It returns how many are
// selected then.
func (l *List) Toggle() int {
	r := l.Current()
	switch {
	case r == nil:
	case r.Group == nil:
		l.setSelected(r, !r.Selected)
	default:
		on := slices.ContainsFunc(r.Group.rows, func(r *Row) bool { return !r.Selected && r.selectable() })
		for _, member := range r.Group.rows {
			l.setSelected(member, on)
		}
	}
	return l.selected
}

// SelectMatching selects every directory that matches the filter.
func (l *List) SelectMatching() {
	for _, r := range l.Matched() {
		l.setSelected(r, true)
	}
}

// DeselectAll leaves none selected.
func (l *List) DeselectAll() {
	for _, r := range l.sorted {
		l.setSelected(r, false)
	}
}

// Deselect deselects a directory.
func (l *List) Deselect(path string) {
	if r := l.byKey[path]; r != nil {
		l.setSelected(r, false)
	}
}

func (l *List) setSelected(r *Row, on bool) {
	if r.Selected != on && (r.selectable() || !on) {
		r.Selected = on
		if on {
			l.selected++
		} else {
			l.selected--
		}
	}
}
