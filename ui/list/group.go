package list

import (
	"slices"
	"strings"

	"lockscope/scan/report"
	"lockscope/ui/show"
)

// Group is what the head of a group stands for: the directories that match below one directory.
type Group struct {
	Key    string               // that directory, relative to the base of the paths; "" is the base
	Counts [show.ClassCount]int // of the members, by class
	Folded bool                 // the members are not shown

	rows []*Row
}

// Len is how many members it has.
func (g *Group) Len() int { return len(g.rows) }

// worst is the most severe class in the group.
func (g *Group) worst() show.Class {
	for c, n := range g.Counts {
		if n > 0 {
			return show.Class(c)
		}
	}
	return show.NoClass
}

// groups arrange rows below heads.
type groups struct {
	base   string          // directory that the keys are relative to
	depth  int             // how many parts of the path make a key; 0 = no groups
	heads  map[string]*Row // by key; they stay the same rows
	before int             // how many heads there were one depth before
}

// key is the path's first parts, or where it has no more, its parent; "" at the base.
func (gs *groups) key(path string) string {
	rel := strings.TrimPrefix(strings.TrimPrefix(path, gs.base), "/")
	end := 0
	for range gs.depth {
		i := strings.IndexByte(rel[end:], '/')
		if i < 0 {
			break
		}
		end += i + 1
	}
	return rel[:max(end-1, 0)]
}

func (gs *groups) head(key string) *Row {
	h := gs.heads[key]
	if h == nil {
		h = &Row{Report: &report.Report{Path: gs.base + "/" + key}, Group: &Group{Key: key}}
		if gs.heads == nil {
			gs.heads = map[string]*Row{}
		}
		gs.heads[key] = h
	}
	return h
}

// arrange returns rows with heads between them: the groups by their worst
// member if the order is by state, else by key.
func (gs *groups) arrange(rows []*Row, o Order) []*Row {
	for _, h := range gs.heads {
		h.Group.rows, h.Group.Counts = h.Group.rows[:0], [show.ClassCount]int{}
	}
	var heads []*Row
	for _, r := range rows {
		h := gs.head(gs.key(r.Report.Path))
		if len(h.Group.rows) == 0 {
			heads = append(heads, h)
		}
		h.Group.rows = append(h.Group.rows, r)
		h.Group.Counts[r.Class]++
	}
	slices.SortFunc(heads, func(a, b *Row) int {
		c := 0
		if o.Column == show.ColumnState {
			c = int(a.Group.worst()) - int(b.Group.worst())
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

// Depth is how many parts of a path make the key of its group; 0 = there are no groups.
func (l *List) Depth() int { return l.groups.depth }

// Deepen groups by one more part of the paths, or no more where that would put every directory
// into a group of its own.
func (l *List) Deepen() {
	gs := &l.groups
	gs.depth++
	gs.heads = nil
	l.show()
	if n := len(gs.heads); n >= l.Matching() || gs.depth > 1 && n == gs.before {
		gs.depth, gs.heads = 0, nil
		l.show()
	}
	gs.before = len(gs.heads)
}

// Fold folds or unfolds the group that the cursor is in.
func (l *List) Fold(folded bool) {
	r := l.Current()
	if r == nil || l.groups.depth == 0 {
		return
	}
	head := r
	if r.Group == nil {
		head = l.groups.head(l.groups.key(r.Report.Path))
	}
	head.Group.Folded = folded
	l.moved = true
	l.show()
}
