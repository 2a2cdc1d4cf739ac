package list

import (
	"fmt"
	"strings"
	"testing"

	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
	"lockscope/ui/show"
)

func groupedRows() *List {
	l := newList()
	l.SetHeight(9)
	l.applied(reporttest.Changes(reporttest.Free("a/x/1"), reporttest.Free("a/x/2"), reporttest.Stale("a/y/3"), reporttest.Free("b/x/4"), reporttest.Free("5")), nil)
	return l
}

func TestGroups(t *testing.T) {
	l := groupedRows()
	l.NextGrouping()
	if got, want := listed(l), "a/ a/y/3 a/x/1 a/x/2 ./ 5 b/ b/x/4"; got != want {
		t.Errorf("by one part: %s, want %s", got, want)
	}
	l.NextGrouping()
	if got, want := listed(l), "a/y/ a/y/3 ./ 5 a/x/ a/x/1 a/x/2 b/x/ b/x/4"; got != want {
		t.Errorf("by two parts: %s, want %s", got, want)
	}
	l.NextGrouping()
	if got, want := listed(l), "a/y/3 5 a/x/1 a/x/2 b/x/4"; got != want {
		t.Errorf("after the deepest: %s, want %s", got, want)
	}
}

func TestFold(t *testing.T) {
	l := groupedRows()
	l.NextGrouping()
	l.MoveTo(2) // a/x/1
	l.Fold(true)
	if got, want := listed(l), "a/ ./ 5 b/ b/x/4"; got != want {
		t.Errorf("folded: %s, want %s", got, want)
	}
	if l.at != 0 || l.Directory() != nil {
		t.Errorf("the cursor is at %d, want the head of the group that was folded", l.at)
	}
	l.MoveTo(3)
	if !l.MoveToProblem(-1) || l.at != 0 {
		t.Errorf("the problem in a folded group is not found at its head, but at %d", l.at)
	}
	l.applied(reporttest.Changes(reporttest.Stale("a/z/6"), reporttest.Free("0")), nil)
	if l.at != 0 || l.Current().Group.Counts[show.ClassOfState(report.Stale)] != 2 {
		t.Errorf("a folded group does not count what is new in it: %s", listed(l))
	}
	l.Toggle()
	if l.selected != 4 {
		t.Errorf("%d selected by their group, want 4", l.selected)
	}
	l.Toggle()
	if l.selected != 0 {
		t.Errorf("%d selected after the group was deselected", l.selected)
	}
	l.Fold(false)
	if got, want := listed(l), "a/ a/y/3 a/z/6 a/x/1 a/x/2 ./ 0 5 b/ b/x/4"; got != want {
		t.Errorf("unfolded: %s, want %s", got, want)
	}
}

func TestCursorAmongGroups(t *testing.T) {
	l := groupedRows()
	l.NextGrouping()
	l.MoveTo(3) // a/x/2
	before := at(l.Current())
	l.applied(reporttest.Changes(reporttest.Stale("b/x/4"), reporttest.Free("a/0"), reporttest.Free("c/7")), nil)
	if got := at(l.Current()); got != before {
		t.Errorf("the cursor went from %s to %s", before, got)
	}
	l.setQuery(query{classes: show.Problems})
	if got, want := listed(l), "a/ a/y/3 b/ b/x/4"; got != want {
		t.Errorf("problems: %s, want %s", got, want)
	}
	if n := l.Matching(); n != 2 {
		t.Errorf("%d match, want 2", n)
	}
}

// A row is not shown without the head that it is the first below.
func TestHeadIsShown(t *testing.T) {
	l := groupedRows()
	l.SetHeight(3)
	l.MoveTo(0)
	l.NextGrouping()
	if l.top != 0 || l.at != 1 {
		t.Errorf("the window is at %d, the cursor at %d", l.top, l.at)
	}
}

// A group of which nothing is left stays while the cursor is on its head.
func TestCursorOnGroupThatIsGone(t *testing.T) {
	l := newList()
	l.SetHeight(9)
	l.applied(reporttest.Changes(reporttest.Stale("a/1"), reporttest.Free("b/1"), reporttest.Free("c/1"), reporttest.Free("c/2")), nil)
	l.Group(Grouping{ByParts, 1}, false)
	l.MoveTo(2)
	head := l.Current()
	if head.Group == nil || head.Group.Key != "b" {
		t.Fatalf("on %s", at(head))
	}
	l.applied(reporttest.Changes(reporttest.Stale("0/1")), []string{reporttest.Root + "/b/1"})
	if l.Current() != head || head.Group.Len() != 0 || len(l.Acted()) != 0 || listed(l) != "0/ 0/1 a/ a/1 c/ c/1 c/2 b/" {
		t.Errorf("on %s of %s", at(l.Current()), listed(l))
	}
	l.applied(reporttest.Changes(reporttest.Free("b/2")), nil)
	if l.Current() != head || head.Group.Len() != 1 || l.left != nil {
		t.Errorf("on %s of %s", at(l.Current()), listed(l))
	}
	l.applied(nil, []string{reporttest.Root + "/b/2"})
	l.MoveBy(-1)
	if got := listed(l); got != "0/ 0/1 a/ a/1 c/ c/1 c/2" || at(l.Current()) != "c/2" {
		t.Errorf("once the cursor left it, on %s of %s", at(l.Current()), got)
	}
}

// Where there are several hosts they come first, the lost ones before the others; a lost one is no directory. By root there may be as many groups.
func TestGroupsByHost(t *testing.T) {
	l := newList()
	l.SetHeight(20)
	changes := reporttest.Changes(reporttest.Stale("a/1"), reporttest.Free("a/2"))
	for i, host := range []string{"web-01", "web-02"} {
		changes[i].Report.Host = host
	}
	lost := report.Lost{Host: "web-02", Why: report.HostSilent, Text: "nothing"}
	l.applied(append(changes, report.Change{Report: lost.Report(), New: true}), nil)
	if matching, all := l.Directories(); matching != 2 || all != 2 || l.Lost() != 1 || l.Total() != 3 {
		t.Errorf("%d of %d directories, %d lost, %d rows", matching, all, l.Lost(), l.Total())
	}
	l.NextGrouping()
	if l.Grouping().By != ByHost {
		t.Fatalf("%v", l.Grouping())
	}
	var heads []string
	for _, r := range l.Window() {
		if r.Group != nil {
			heads = append(heads, fmt.Sprint(r.Group.Key, " ", r.Group.Len(), " and ", r.Group.Lost))
		}
	}
	if got, want := strings.Join(heads, ", "), "web-02 1 and 1, web-01 1 and 0"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if n := l.Count(show.ClassOfState(report.Unknown)); n != 0 || l.Problems() != 1 {
		t.Errorf("%d unknown, %d problems", n, l.Problems())
	}
	l.MoveTo(0) // the head of web-02
	if rows := l.Acted(); l.Current().Group == nil || len(rows) != 1 || rows[0].IsHost() {
		t.Errorf("on %s, a key acts on %d", at(l.Current()), len(rows))
	}
	if on, off := l.Toggle(), l.Toggle(); on != 1 || off != 0 {
		t.Errorf("%d are selected, then %d", on, off)
	}
	l.SelectMatching()
	if l.Selected() != 2 || !l.Current().Group.AllSelected() {
		t.Errorf("%d are selected", l.Selected())
	}
	l.DeselectAll()
	l.SetFilter("host:web-02")
	if matching, all := l.Directories(); matching != 1 || all != 2 {
		t.Errorf("%d of %d directories match", matching, all)
	}
	l.applied(nil, []string{"web-02"})
	if matching, all := l.Directories(); matching != 1 || all != 2 || l.Lost() != 0 {
		t.Errorf("it is back: %d of %d directories, %d lost", matching, all, l.Lost())
	}
	if by, err := ParseGrouping("host"); by.By != ByHost || err != nil || by.String() != "grouped by host" {
		t.Errorf("%v, %v", by, err)
	}
}
