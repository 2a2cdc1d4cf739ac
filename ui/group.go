package ui

import (
	"slices"
	"strings"

	"lockscope/scan/report"
	"lockscope/ui/show"
)

// group is what the row at the head of a group stands for: the directories
// that match below one directory.
type group struct {
	key    string // relative to the base of the table's paths
	rows   []*row
	counts [show.ClassCount]int
	folded bool
}

// worst is the most severe class in the group.
func (g *group) worst() show.Class {
	for c, n := range g.counts {
		if n > 0 {
			return show.Class(c)
		}
	}
	return show.NoClass
}

// groups arrange rows below heads.
type groups struct {
	base  string          // directory that the keys are relative to
	depth int             // how many parts of the path make a key; 0 = no groups
	heads map[string]*row // by key; they stay the same rows
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

func (gs *groups) head(key string) *row {
	h := gs.heads[key]
	if h == nil {
		h = &row{Report: &report.Report{Path: gs.base + "/" + key}, group: &group{key: key}}
		if gs.heads == nil {
			gs.heads = map[string]*row{}
		}
		gs.heads[key] = h
	}
	return h
}

// arrange returns rows with heads between them: the groups by their worst
// member if the order is by state, else by key.
func (gs *groups) arrange(rows []*row, o order) []*row {
	for _, h := range gs.heads {
		h.group.rows, h.group.counts = h.group.rows[:0], [show.ClassCount]int{}
	}
	var heads []*row
	for _, r := range rows {
		h := gs.head(gs.key(r.Path))
		if len(h.group.rows) == 0 {
			heads = append(heads, h)
		}
		h.group.rows = append(h.group.rows, r)
		h.group.counts[r.class]++
	}
	slices.SortFunc(heads, func(a, b *row) int {
		c := 0
		if o.column == show.ColumnState {
			c = int(a.group.worst()) - int(b.group.worst())
		}
		if c == 0 {
			c = strings.Compare(a.group.key, b.group.key)
		}
		if o.reverse {
			return -c
		}
		return c
	})
	out := make([]*row, 0, len(rows)+len(heads))
	for _, h := range heads {
		out = append(out, h)
		h.class = show.NoClass
		if h.group.folded {
			h.class = h.group.worst() // it is where its problems are to be found
		} else {
			out = append(out, h.group.rows...)
		}
	}
	return out
}

// nextDepth groups by one more part of the paths, or no more where that would put
// every directory into a group of its own.
func (rs *rows) nextDepth() {
	rs.groups.depth++
	rs.groups.heads = nil
	rs.show()
	if n := len(rs.groups.heads); n >= rs.matching() || rs.groups.depth > 1 && n == rs.groupsBefore {
		rs.groups.depth, rs.groups.heads = 0, nil
		rs.show()
	}
	rs.groupsBefore = len(rs.groups.heads)
}

// fold folds or unfolds the group that the cursor is in.
func (rs *rows) fold(folded bool) {
	r := rs.current()
	if r == nil || rs.groups.depth == 0 {
		return
	}
	head := r
	if r.group == nil {
		head = rs.groups.head(rs.groups.key(r.Path))
	}
	head.group.folded = folded
	rs.moved = true
	rs.show()
}

// groupCounts are the numbers of a group's members by class, styled or plain.
func (m *model) groupCounts(g *group, styled bool) string {
	var parts []string
	for c, n := range g.counts {
		if n == 0 {
			continue
		}
		text := show.Count(n) + " " + show.Class(c).String()
		if styled {
			text = m.theme.classes[c].Render(text)
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, "  ")
}

// groupRow is the head of a group in the table.
func (m *model) groupRow(r *row, w int) string {
	t, g := &m.theme, r.group
	glyph := t.unfolded
	if g.folded {
		glyph = t.folded
	}
	room := w - leftMargin - rightMargin
	isCursor := r == m.rows.current()
	counts := m.groupCounts(g, !isCursor)
	name := glyph + " " + show.ShortenMiddle(t.chars.Plain(groupName(g)), max(room-show.Width(counts)-4, dirWidth/2), t.chars.Mark) + "  "
	if isCursor {
		return t.strong.Render(t.cursor) + t.reverse.Render(show.Pad(show.Shorten(" "+name+counts, room+1, t.chars.Mark), room+1)) + t.strong.Render(t.cursorEnd)
	}
	return show.Shorten("  "+t.name.Render(name)+counts, w-rightMargin, t.chars.Mark)
}

func groupName(g *group) string {
	if g.key == "" {
		return "./"
	}
	return report.Escape(g.key) + "/"
}

// groupLines are the detail of a group.
func (m *model) groupLines(r *row, w int) []string {
	lines := []string{" " + m.theme.name.Render(show.ShortenMiddle(m.theme.chars.Escape(r.Path)+"/", w-2, m.theme.chars.Mark))}
	text := show.Counted(len(r.group.rows), "directory", "directories") + ": " + m.groupCounts(r.group, true)
	for _, line := range show.Wrap(text, w-2) {
		lines = append(lines, " "+line)
	}
	return lines
}
