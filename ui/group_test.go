package ui

import (
	"strings"
	"testing"

	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
	"lockscope/ui/show"
)

// listed is what the rows show: directories, and heads with a slash at the end.
func listed(rs *rows) string {
	var out []string
	for _, r := range rs.shown {
		if r.group != nil {
			out = append(out, groupName(r.group))
		} else {
			out = append(out, at(r))
		}
	}
	return strings.Join(out, " ")
}

func groupedRows() *rows {
	rs := newRows(show.Width)
	rs.setHeight(9)
	rs.groups.base = reporttest.Root
	rs.applied(reporttest.Changes(reporttest.Free("a/x/1"), reporttest.Free("a/x/2"), reporttest.Stale("a/y/3"), reporttest.Free("b/x/4"), reporttest.Free("5")), nil)
	return rs
}

func TestGroups(t *testing.T) {
	rs := groupedRows()
	rs.nextDepth()
	if got, want := listed(rs), "a/ a/y/3 a/x/1 a/x/2 ./ 5 b/ b/x/4"; got != want {
		t.Errorf("by one part: %s, want %s", got, want)
	}
	rs.nextDepth()
	if got, want := listed(rs), "a/y/ a/y/3 ./ 5 a/x/ a/x/1 a/x/2 b/x/ b/x/4"; got != want {
		t.Errorf("by two parts: %s, want %s", got, want)
	}
	rs.nextDepth()
	if got, want := listed(rs), "a/y/3 5 a/x/1 a/x/2 b/x/4"; got != want {
		t.Errorf("after the deepest: %s, want %s", got, want)
	}
}

func TestFold(t *testing.T) {
	rs := groupedRows()
	rs.nextDepth()
	rs.moveTo(2) // a/x/1
	rs.fold(true)
	if got, want := listed(rs), "a/ ./ 5 b/ b/x/4"; got != want {
		t.Errorf("folded: %s, want %s", got, want)
	}
	if rs.at != 0 || rs.directory() != nil {
		t.Errorf("the cursor is at %d, want the head of the group that was folded", rs.at)
	}
	rs.moveTo(3)
	if !rs.moveToProblem(-1) || rs.at != 0 {
		t.Errorf("the problem in a folded group is not found at its head, but at %d", rs.at)
	}
	rs.applied(reporttest.Changes(reporttest.Stale("a/z/6"), reporttest.Free("0")), nil)
	if rs.at != 0 || rs.current().group.counts[show.ClassOfState(report.Stale)] != 2 {
		t.Errorf("a folded group does not count what is new in it: %s", listed(rs))
	}
	rs.toggle()
	if rs.selected != 4 {
		t.Errorf("%d selected by their group, want 4", rs.selected)
	}
	rs.toggle()
	if rs.selected != 0 {
		t.Errorf("%d selected after the group was deselected", rs.selected)
	}
	rs.fold(false)
	if got, want := listed(rs), "a/ a/y/3 a/z/6 a/x/1 a/x/2 ./ 0 5 b/ b/x/4"; got != want {
		t.Errorf("unfolded: %s, want %s", got, want)
	}
}

func TestCursorAmongGroups(t *testing.T) {
	rs := groupedRows()
	rs.nextDepth()
	rs.moveTo(3) // a/x/2
	before := at(rs.current())
	rs.applied(reporttest.Changes(reporttest.Stale("b/x/4"), reporttest.Free("a/0"), reporttest.Free("c/7")), nil)
	if got := at(rs.current()); got != before {
		t.Errorf("the cursor went from %s to %s", before, got)
	}
	rs.setQuery(query{classes: show.Problems})
	if got, want := listed(rs), "a/ a/y/3 b/ b/x/4"; got != want {
		t.Errorf("problems: %s, want %s", got, want)
	}
	if n := rs.matching(); n != 2 {
		t.Errorf("%d match, want 2", n)
	}
}

// A row is not shown without the head that it is the first below.
func TestHeadIsShown(t *testing.T) {
	rs := groupedRows()
	rs.setHeight(3)
	rs.moveTo(0)
	rs.nextDepth()
	if rs.top != 0 || rs.at != 1 {
		t.Errorf("the window is at %d, the cursor at %d", rs.top, rs.at)
	}
}

func TestNoActionOnGroup(t *testing.T) {
	m, source := testModel(120, 30, Options{Break: neverBreak})
	m.take(reporttest.Scanned(reporttest.Fleet(100)))
	m.typed("t", "B", "y", "Y")
	if m.mode == asking || m.notice != "" || len(source.observed) > 0 {
		t.Errorf("a key for directories did something to a group: mode %d, %q", m.mode, m.notice)
	}
	m.typed("enter")
	if r := m.rows.current(); r.group == nil || !r.group.folded {
		t.Error("enter does not fold a group")
	}
}
