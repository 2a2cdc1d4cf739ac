package list

import (
	"cmp"
	"slices"
	"strings"

	"lockscope/scan/report"
	"lockscope/ui/show"
)

// Group is what the head of a group stands for: the directories that match below one directory, or on one host.
type Group struct {
	Key    string               // that directory, relative to the base of the paths, "" is the base; or that host
	By     By                   // how it is grouped
	Counts [show.ClassCount]int // of the directories among the members, by class
	Lost   int                  // members that are hosts, which are lost
	Folded bool                 // the members are not shown

	rows []*Row
}

// Len is how many directories it has.
func (g *Group) Len() (directories int) {
	for _, n := range g.Counts {
		directories += n
	}
	return directories
}

// Left reports whether anything is left of it.
func (g *Group) Left() bool { return g.Len()+g.Lost > 0 }

// Rows are its members, in order. The list may change the slice when it is next told something.
func (g *Group) Rows() []*Row { return g.rows }

// AllSelected reports whether every directory is selected, and there is one.
func (g *Group) AllSelected() bool {
	return g.Len() > 0 && !slices.ContainsFunc(g.rows, func(r *Row) bool { return !r.Selected && r.selectable() })
}

// Problems is how many directories need attention.
func (g *Group) Problems() (n int) {
	for _, count := range g.Counts[:show.Checking] {
		n += count
	}
	return n
}

// worst is the most severe class in the group.
func (g *Group) worst() show.Class {
	for c, n := range g.Counts {
		if n > 0 || g.Lost > 0 && show.Class(c) == show.ClassOfState(report.Unknown) {
			return show.Class(c)
		}
	}
	return show.NoClass
}

// compare puts the group with the worst member first and, of equals, the one that has more of them.
func (g *Group) compare(other *Group) int {
	return cmp.Or(cmp.Compare(other.Lost, g.Lost), cmp.Compare(g.worst(), other.worst()),
		slices.Compare(other.Counts[:show.Checking], g.Counts[:show.Checking]))
}

// groups arrange rows below heads.
type groups struct {
	paths  show.Paths // keys are relative to their base
	by     Grouping
	heads  map[string]*Row // by key; they stay the same rows
	folded bool            // new groups begin so
	widest int             // of the names of the groups, in cells
	deeper bool            // some path has more parts than by says
}

func (gs *groups) head(key string) *Row {
	h := gs.heads[key]
	if h == nil {
		h = &Row{Report: &report.Report{Path: strings.TrimSuffix(gs.paths.Base, "/") + "/" + key}, Group: &Group{Key: key, By: gs.by.By, Folded: gs.folded}}
		width := gs.paths.Width(h.Report.Path)
		if gs.by.By == ByHost {
			h.Report = &report.Report{Host: key}
			width = show.Width(gs.paths.Chars.Escape(key))
		}
		if gs.heads == nil {
			gs.heads = map[string]*Row{}
		}
		gs.heads[key] = h
		gs.widest = max(gs.widest, width)
	}
	return h
}

// arrange returns rows with heads between them: the groups by their worst
// member if the order is by state, else by key. The head keep stays also where nothing is left of its
// group.
func (gs *groups) arrange(rows []*Row, o Order, keep *Row) []*Row {
	for _, h := range gs.heads {
		h.Group.rows, h.Group.Counts, h.Group.Lost = h.Group.rows[:0], [show.ClassCount]int{}, 0
	}
	var heads []*Row
	var h *Row
	for _, r := range rows {
		if key := gs.key(r.Report); h == nil || key != h.Group.Key { // rows in order of path mostly are of one group
			h = gs.head(key)
		}
		if len(h.Group.rows) == 0 {
			heads = append(heads, h)
		}
		h.Group.rows = append(h.Group.rows, r)
		switch {
		case r.Gone:
		case r.IsHost():
			h.Group.Lost++
		default:
			h.Group.Counts[r.Class]++
		}
	}
	if keep != nil && keep.Group != nil && gs.heads[keep.Group.Key] == keep && len(keep.Group.rows) == 0 {
		heads = append(heads, keep)
	}
	slices.SortFunc(heads, func(a, b *Row) int {
		c := 0
		if o.Column == show.ColumnState {
			c = a.Group.compare(b.Group)
		}
		if c == 0 {
			c = strings.Compare(a.Group.Key, b.Group.Key)
		}
		if o.Reverse {
			return -c
		}
		return c
	})
	out := make([]*Row, 0, len(rows)+len(heads))
	for _, h := range heads {
		out = append(out, h)
		h.Class = show.NoClass
		if h.Group.Folded {
			h.Class = h.Group.worst() // it is where its problems are to be found
		} else {
			out = append(out, h.Group.rows...)
		}
	}
	return out
}

// Fold folds or unfolds the group that the cursor is in.
func (l *List) Fold(folded bool) {
	r := l.Current()
	if r == nil || l.groups.by.By == Ungrouped {
		return
	}
	head := r
	if r.Group == nil {
		head = l.groups.head(l.groups.key(r.Report))
	}
	head.Group.Folded = folded
	l.pinned = true
	l.show()
}

// FoldAll folds all groups or, if they all are folded, unfolds them. It reports whether there are any.
func (l *List) FoldAll() bool {
	gs := &l.groups
	gs.folded = false
	for _, h := range gs.heads {
		gs.folded = gs.folded || !h.Group.Folded && len(h.Group.rows) > 0
	}
	for _, h := range gs.heads {
		h.Group.Folded = gs.folded
	}
	l.pinned = true
	l.show()
	return len(gs.heads) > 0
}

// Acted are the directories that a key acts on: the cursor's or, on the head of a group, its members.
func (l *List) Acted() []*Row {
	switch r := l.Current(); {
	case r == nil:
		return nil
	case r.Group != nil && r.Group.Lost > 0:
		return slices.DeleteFunc(slices.Clone(r.Group.rows), (*Row).IsHost)
	case r.Group != nil:
		return r.Group.rows
	default:
		return []*Row{r}
	}
}

// Ordinals are the first and the last number, from 1 on, of the directories that the cursor's line stands
// for. Those of folded groups above it count, and heads do not.
func (l *List) Ordinals() (first, last int) {
	if l.groups.by.By == Ungrouped {
		return l.at + 1, l.at + 1
	}
	first = 1
	for _, r := range l.shown[:l.at] {
		switch {
		case r.Group == nil:
			first++
		case r.Group.Folded:
			first += len(r.Group.rows)
		}
	}
	if r := l.Current(); r != nil && r.Group != nil {
		return first, first + len(r.Group.rows) - 1
	}
	return first, first
}
