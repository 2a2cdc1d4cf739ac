package list

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
	"lockscope/ui/show"
)

// TestRowsStayTrue applies random changes, filters and orders, and checks
// after each that the rows are those a plain rebuild would give, and that
// cursor and selection are where they were.
func TestRowsStayTrue(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	l := newList()
	l.SetHeight(7)
	known, truth := map[string]*report.Report{}, map[string]*report.Report{} // and what is to be shown of it
	queries := []query{{}, {classes: show.Problems}, {terms: words("d/1").terms}, {classes: show.Problems, terms: words("!3").terms},
		{terms: words("d/").terms}, {terms: words("d/1 st").terms}, {terms: words("d/1 sta").terms}, {terms: words("d/1 !stale").terms}}
	for step := range 3000 {
		before, line := l.Current(), l.at-l.top
		ours := false // what moves the cursor is the user
		switch rnd.IntN(8) {
		case 0:
			l.setQuery(queries[rnd.IntN(len(queries))])
			ours = true
		case 1:
			l.Sort(Order{show.Column(rnd.IntN(int(show.ColumnCount))), rnd.IntN(2) == 0})
		case 2:
			l.MoveTo(l.at + rnd.IntN(9) - 4)
			ours = true
		case 3:
			if r := l.Current(); r != nil {
				l.setSelected(r, !r.Selected)
			}
		default:
			var cs []report.Change
			var gone []string
			for range rnd.IntN(6) {
				s := reporttest.Dir{Path: fmt.Sprintf("d/%03d", rnd.IntN(60)), State: report.States[rnd.IntN(9)],
					PID: rnd.IntN(3), Written: time.Hour, Checking: rnd.IntN(9) == 0}
				r := s.Report()
				if rnd.IntN(5) == 0 {
					gone = append(gone, r.Path)
				} else {
					cs = append(cs, report.Change{Report: r})
				}
			}
			for _, c := range cs {
				known[c.Report.Path] = c.Report
			}
			for _, path := range gone {
				delete(known, path)
			}
			l.Take(&report.Update{Changes: cs, Gone: gone}, reporttest.Noon)
			if rnd.IntN(4) > 0 {
				l.Settle()
				truth = maps.Clone(known)
			}
			for path := range known {
				if l.Latest(path) != known[path] {
					t.Fatalf("step %d: not the latest report on %s", step, path)
				}
			}
		}

		var sorted, shown []*report.Report
		selected := 0
		for _, r := range l.sorted {
			sorted = append(sorted, r.Report)
			if l.query.matches(r, &l.context) || r == l.cursor {
				shown = append(shown, r.Report)
			}
			if r.Selected {
				selected++
			}
			if truth[r.Report.Path] != r.Report {
				t.Fatalf("step %d: %s is not the last report", step, r.Report.Path)
			}
		}
		if len(l.sorted) != len(truth) || !slices.IsSortedFunc(l.all, Order{Column: show.ColumnDirectory}.compare) || len(l.all) != len(truth) || !slices.IsSortedFunc(l.sorted, l.order.compare) {
			t.Fatalf("step %d: %d rows of %d, or unsorted", step, len(sorted), len(truth))
		}
		var have []*report.Report
		for _, r := range l.shown {
			have = append(have, r.Report)
		}
		if l.left != nil {
			have = slices.DeleteFunc(have, func(r *report.Report) bool { return r == l.left.Report })
		}
		if !slices.Equal(have, shown) && l.Current() != nil {
			t.Fatalf("step %d: shown are %d, want %d", step, len(have), len(shown))
		}
		if selected != l.selected {
			t.Fatalf("step %d: %d selected, counted %d", step, selected, l.selected)
		}
		counts := [show.ClassCount]int{}
		for _, r := range truth {
			counts[show.ClassOf(r)]++
		}
		if counts != l.counts {
			t.Fatalf("step %d: counts %v, want %v", step, l.counts, counts)
		}
		if cur := l.Current(); cur != nil {
			if l.shown[l.at] != cur || l.at < l.top || l.at >= l.top+l.height {
				t.Fatalf("step %d: cursor at %d of window %d+%d", step, l.at, l.top, l.height)
			}
			if l.pinned && !ours && before != nil {
				if cur.Report.Path != before.Report.Path {
					t.Fatalf("step %d: cursor went from %s to %s", step, at(before), at(cur))
				}
				if l.top > 0 && l.top+l.height < len(l.shown) && l.at-l.top != line {
					t.Fatalf("step %d: the cursor's row jumped from line %d to %d", step, line, l.at-l.top)
				}
			}
		}
	}
}

func TestCursorStaysOnTopUntilMoved(t *testing.T) {
	l := newList()
	l.SetHeight(5)
	l.applied(reporttest.Changes(reporttest.Free("m")), nil)
	l.applied(reporttest.Changes(reporttest.Stale("x"), reporttest.Free("a")), nil)
	if got := at(l.Current()); got != "x" {
		t.Errorf("before the first movement: on %s, want the worst", got)
	}
	l.MoveTo(1)
	l.applied(reporttest.Changes(reporttest.Stale("b"), reporttest.Stale("c"), reporttest.Free("0")), nil)
	if got := at(l.Current()); got != "a" {
		t.Errorf("after a movement to a: on %s", got)
	}
}

func TestHealedRowStaysUnderCursor(t *testing.T) {
	l := newList()
	l.SetHeight(5)
	l.applied(reporttest.Changes(reporttest.Stale("a"), reporttest.Stale("b"), reporttest.Stale("c"), reporttest.Free("d")), nil)
	l.setQuery(query{classes: show.Problems})
	l.MoveTo(1)
	l.applied(reporttest.Changes(reporttest.Free("b")), nil)
	if got := at(l.Current()); got != "b" || len(l.shown) != 3 {
		t.Errorf("healed under the cursor: on %s of %d", got, len(l.shown))
	}
	l.MoveTo(0)
	if got := at(l.Current()); got != "a" || len(l.shown) != 2 {
		t.Errorf("once the cursor left it: on %s of %d", got, len(l.shown))
	}
}

func TestCursorOfGoneDirectory(t *testing.T) {
	l := newList()
	l.SetHeight(5)
	l.applied(reporttest.Changes(reporttest.Free("a"), reporttest.Free("b"), reporttest.Free("c")), nil)
	l.MoveTo(1)
	l.setSelected(l.Current(), true)
	l.applied(reporttest.Changes(reporttest.Stale("0")), []string{reporttest.Root + "/b"}) // as by a mv
	if got := at(l.Current()); got != "b" || !l.Current().Gone || l.selected != 0 || l.Total() != 3 {
		t.Errorf("on %s with %d of %d selected, want the one that is gone", got, l.selected, l.Total())
	}
	l.Toggle()
	if l.selected != 0 {
		t.Error("what is gone is selected")
	}
	if got := listed(l); got != "0 a b c" {
		t.Errorf("shown are %s", got)
	}
	l.Sort(Order{Column: show.ColumnDirectory, Reverse: true})
	if got := listed(l); got != "c b a 0" || at(l.Current()) != "b" {
		t.Errorf("sorted, shown are %s, on %s", got, at(l.Current()))
	}
	l.MoveBy(-1)
	if got := listed(l); got != "c a 0" || at(l.Current()) != "c" {
		t.Errorf("once the cursor left it, shown are %s, on %s", got, at(l.Current()))
	}
	l.applied(nil, []string{reporttest.Root + "/c", reporttest.Root + "/a", reporttest.Root + "/0"})
	if got := listed(l); got != "c" || l.Total() != 0 {
		t.Errorf("of nothing, shown are %s", got)
	}
	l.setQuery(query{classes: show.Problems})
	if l.Current() != nil {
		t.Errorf("on %s of nothing that matches", at(l.Current()))
	}
}

func TestCursorOfDirectoryThatIsBack(t *testing.T) {
	for depth := range 2 {
		l := newList()
		l.applied(reporttest.Changes(reporttest.Free("a/1"), reporttest.Free("a/2"), reporttest.Free("b/1")), nil)
		for range depth {
			l.NextGrouping()
		}
		l.MoveTo(l.at + 1)
		l.applied(nil, []string{reporttest.Root + "/a/2", reporttest.Root + "/a/1"})
		if r := l.Current(); !r.Gone {
			t.Fatalf("%d: on %s, want one that is gone", depth, at(r))
		}
		path := l.Current().Report.Path
		l.setQuery(query{})
		l.applied(reporttest.Changes(reporttest.Free("a/1"), reporttest.Free("a/2")), nil)
		l.MoveTo(0)
		l.MoveTo(slices.IndexFunc(l.shown, func(r *Row) bool { return r.Report.Path == path }))
		l.applied(nil, []string{path})
		l.applied([]report.Change{{Report: reporttest.Stale(path[len(reporttest.Root)+1:]).Report()}}, nil)
		if r := l.Current(); r.Gone || r.Report.Path != path || r.Report.Verdict.State != report.Stale {
			t.Errorf("%d: on %s, gone %t", depth, at(r), r.Gone)
		}
		if len(l.shown) != l.Total()+len(l.groups.heads) {
			t.Errorf("%d: shown are %s", depth, listed(l))
		}
	}
}

// TestPin: what was seen keeps the cursor, also where something came between the frame and the key.
func TestPin(t *testing.T) {
	for name, after := range map[string]func(l *List){
		"worse above":  func(l *List) { l.applied(reporttest.Changes(reporttest.Stale("a")), nil) },
		"gone":         func(l *List) { l.applied(nil, []string{reporttest.Root + "/b"}) },
		"healed":       func(l *List) { l.applied(reporttest.Changes(reporttest.Free("b")), nil) },
		"nothing left": func(l *List) { l.applied(nil, []string{reporttest.Root + "/b", reporttest.Root + "/c"}) },
	} {
		for _, classes := range []show.Classes{0, show.Problems} {
			l := newList()
			l.SetHeight(5)
			l.ShowClasses(classes)
			l.applied(reporttest.Changes(reporttest.Stale("b"), reporttest.Stale("c")), nil)
			seen := l.Current()
			after(l)
			l.Pin(seen)
			after(l)
			if l.Current() != seen || at(seen) != "b" {
				t.Errorf("%s: on %s", name, at(l.Current()))
			}
		}
	}
}

func TestNextProblem(t *testing.T) {
	l := newList()
	l.SetHeight(2)
	l.order = Order{Column: show.ColumnDirectory}
	l.applied(reporttest.Changes(reporttest.Free("a"), reporttest.Stale("b"), reporttest.Free("c"), reporttest.Free("d"), reporttest.Stale("e")), nil)
	for _, want := range []string{"b", "e", "e"} {
		l.MoveToProblem(+1)
		if got := at(l.Current()); got != want {
			t.Errorf("n is on %s, want %s", got, want)
		}
	}
	l.MoveToProblem(-1)
	if got := at(l.Current()); got != "b" {
		t.Errorf("N is on %s, want b", got)
	}
}
