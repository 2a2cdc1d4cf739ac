package list

import (
	"fmt"
	"strconv"
	"strings"

	"lockscope/scan/report"
)

// Grouping is what the directories of a group have in common. The zero value stands for no groups.
type Grouping struct {
	By    By
	Parts int // of the paths, with ByParts
}

// By is a kind of Grouping.
type By uint8

const (
	Ungrouped By = iota
	ByRoot       // the root that they are below
	ByParts      // the first parts of their paths
	ByParent     // the directory that they are in
	ByHost       // the host that they are on
)

// ParseGrouping reads none, host, root, parent, or a number of parts.
func ParseGrouping(text string) (Grouping, error) {
	switch text {
	case "", "none":
		return Grouping{}, nil
	case "host":
		return Grouping{By: ByHost}, nil
	case "root":
		return Grouping{By: ByRoot}, nil
	case "parent":
		return Grouping{By: ByParent}, nil
	}
	if n, err := strconv.Atoi(text); err == nil && n > 0 {
		return Grouping{ByParts, n}, nil
	}
	return Grouping{}, fmt.Errorf("unknown groups %q (valid: none, host, root, parent, or how many parts of the paths)", text)
}

// String is the grouping in words, "" for none.
func (g Grouping) String() string {
	switch {
	case g.By == ByHost:
		return "grouped by host"
	case g.By == ByRoot:
		return "grouped by root"
	case g.By == ByParent:
		return "grouped by parent"
	case g.By == ByParts && g.Parts == 1:
		return "grouped by the first part"
	case g.By == ByParts:
		return "grouped by the first " + strconv.Itoa(g.Parts) + " parts"
	}
	return ""
}

// key is the host, or the directory, relative to the base, that stands for the group of a report. With ByParts it is
// the path's first parts or, where it has no more, its parent; "" at the base.
func (gs *groups) key(r *report.Report) string {
	below := func(path string) string {
		return strings.TrimPrefix(strings.TrimPrefix(path, gs.paths.Base), "/")
	}
	rel := below(r.Path)
	switch gs.by.By {
	case ByHost:
		return r.Host
	case ByRoot:
		return below(r.Root)
	case ByParent:
		return rel[:max(strings.LastIndexByte(rel, '/'), 0)]
	}
	end := 0
	for range gs.by.Parts {
		i := strings.IndexByte(rel[end:], '/')
		if i < 0 {
			break
		}
		end += i + 1
	}
	gs.deeper = gs.deeper || strings.IndexByte(rel[end:], '/') >= 0
	return rel[:max(end-1, 0)]
}

// Grouping is what the groups have in common.
func (l *List) Grouping() Grouping { return l.groups.by }

// Group groups otherwise. The groups begin folded or not.
func (l *List) Group(by Grouping, folded bool) {
	l.groups = groups{paths: l.paths, by: by, folded: folded}
	l.show()
}

// NextGrouping groups by the host, then by the root, then by ever more parts of the paths up to the parent, then not at
// all. It leaves out what tells nothing more: one group, as many as before, or every directory in a group
// of its own. The groups of many directories begin folded: they are an overview.
func (l *List) NextGrouping() {
	many := l.Matching() > foldFrom
	before := max(len(l.groups.heads), 1)
	if l.groups.by.By == ByHost { // as many roots are another division
		before = 1
	}
	for next := l.groups; ; {
		switch by := next.by; {
		case by.By == Ungrouped:
			next.by = Grouping{By: ByHost}
		case by.By == ByHost:
			next.by = Grouping{By: ByRoot}
		case by.By == ByRoot:
			next.by = Grouping{ByParts, 1}
		case by.By == ByParts && next.deeper:
			next.by = Grouping{ByParts, by.Parts + 1}
		default:
			l.Group(Grouping{}, many)
			return
		}
		next.deeper = false
		if next.tells(l.Matched(), before) {
			l.Group(next.by, many)
			return
		}
	}
}

// tells reports whether there would be another number of groups than before, and fewer than rows. It looks
// no further than it has to, and makes no groups: there may be one for each of 100,000 rows. Where it
// reports false, deeper is known.
func (gs *groups) tells(rows []*Row, before int) bool {
	keys := map[string]struct{}{}
	last := "/" // which no key is
	shared := false
	for _, r := range rows {
		key := gs.key(r.Report)
		if key == last { // those in order of path mostly are as the one before
			shared = true
		} else if _, known := keys[key]; known {
			shared = true
		} else {
			keys[key] = struct{}{}
		}
		if last = key; shared && len(keys) > before {
			return true
		}
	}
	return shared && len(keys) != before
}
