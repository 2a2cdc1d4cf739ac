package ui

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

// applied takes changes and shows them.
func (rs *rows) applied(changes []report.Change, gone []string) {
	rs.take(changes, gone)
	rs.settle()
}

func at(r *row) string {
	if r == nil {
		return "nothing"
	}
	return r.Path[len(reporttest.Root)+1:]
}

// TestRowsStayTrue applies random changes, filters and orders, and checks
// after each that the rows are those a plain rebuild would give, and that
// cursor and selection are where they were.
func TestRowsStayTrue(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	rs := newRows(show.Width)
	rs.setHeight(7)
	known, truth := map[string]*report.Report{}, map[string]*report.Report{} // and what is to be shown of it
	queries := []query{{}, {classes: show.Problems}, {terms: parseTerms("d/1")}, {classes: show.Problems, terms: parseTerms("!3")},
		{terms: parseTerms("d/")}, {terms: parseTerms("d/1 st")}, {terms: parseTerms("d/1 sta")}, {terms: parseTerms("d/1 !stale")}}
	for step := range 3000 {
		before, line := rs.current(), rs.at-rs.top
		ours := false // what moves the cursor is the user
		switch rnd.IntN(8) {
		case 0:
			rs.setQuery(queries[rnd.IntN(len(queries))])
			ours = true
		case 1:
			rs.setOrder(order{show.Column(rnd.IntN(int(show.ColumnCount))), rnd.IntN(2) == 0})
		case 2:
			rs.moveTo(rs.at + rnd.IntN(9) - 4)
			ours = true
		case 3:
			if r := rs.current(); r != nil {
				rs.setSelected(r, !r.selected)
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
			rs.take(cs, gone)
			if rnd.IntN(4) > 0 {
				rs.settle()
				truth = maps.Clone(known)
			}
			for path := range known {
				if rs.latest(path) != known[path] {
					t.Fatalf("step %d: not the latest report on %s", step, path)
				}
			}
		}

		var sorted, shown []*report.Report
		selected := 0
		for _, r := range rs.sorted {
			sorted = append(sorted, r.Report)
			if rs.query.matches(r) || r == rs.cursor {
				shown = append(shown, r.Report)
			}
			if r.selected {
				selected++
			}
			if truth[r.Path] != r.Report {
				t.Fatalf("step %d: %s is not the last report", step, r.Path)
			}
		}
		if len(rs.sorted) != len(truth) || !slices.IsSortedFunc(rs.paths, order{column: show.ColumnDirectory}.compare) || len(rs.paths) != len(truth) || !slices.IsSortedFunc(rs.sorted, rs.order.compare) {
			t.Fatalf("step %d: %d rows of %d, or unsorted", step, len(sorted), len(truth))
		}
		var have []*report.Report
		for _, r := range rs.shown {
			have = append(have, r.Report)
		}
		if !slices.Equal(have, shown) && rs.current() != nil {
			t.Fatalf("step %d: shown are %d, want %d", step, len(have), len(shown))
		}
		if selected != rs.selected {
			t.Fatalf("step %d: %d selected, counted %d", step, selected, rs.selected)
		}
		counts := [show.ClassCount]int{}
		for _, r := range truth {
			counts[show.ClassOf(r)]++
		}
		if counts != rs.counts {
			t.Fatalf("step %d: counts %v, want %v", step, rs.counts, counts)
		}
		if cur := rs.current(); cur != nil {
			if rs.shown[rs.at] != cur || rs.at < rs.top || rs.at >= rs.top+rs.height {
				t.Fatalf("step %d: cursor at %d of window %d+%d", step, rs.at, rs.top, rs.height)
			}
			if rs.moved && !ours && before != nil && !before.gone {
				if cur != before {
					t.Fatalf("step %d: cursor went from %s to %s", step, at(before), at(cur))
				}
				if rs.top > 0 && rs.top+rs.height < len(rs.shown) && rs.at-rs.top != line {
					t.Fatalf("step %d: the cursor's row jumped from line %d to %d", step, line, rs.at-rs.top)
				}
			}
		}
	}
}

func TestCursorStaysOnTopUntilMoved(t *testing.T) {
	rs := newRows(show.Width)
	rs.setHeight(5)
	rs.applied(reporttest.Changes(reporttest.Free("m")), nil)
	rs.applied(reporttest.Changes(reporttest.Stale("x"), reporttest.Free("a")), nil)
	if got := at(rs.current()); got != "x" {
		t.Errorf("before the first movement: on %s, want the worst", got)
	}
	rs.moveTo(1)
	rs.applied(reporttest.Changes(reporttest.Stale("b"), reporttest.Stale("c"), reporttest.Free("0")), nil)
	if got := at(rs.current()); got != "a" {
		t.Errorf("after a movement to a: on %s", got)
	}
}

func TestHealedRowStaysUnderCursor(t *testing.T) {
	rs := newRows(show.Width)
	rs.setHeight(5)
	rs.applied(reporttest.Changes(reporttest.Stale("a"), reporttest.Stale("b"), reporttest.Stale("c"), reporttest.Free("d")), nil)
	rs.setQuery(query{classes: show.Problems})
	rs.moveTo(1)
	rs.applied(reporttest.Changes(reporttest.Free("b")), nil)
	if got := at(rs.current()); got != "b" || len(rs.shown) != 3 {
		t.Errorf("healed under the cursor: on %s of %d", got, len(rs.shown))
	}
	rs.moveTo(0)
	if got := at(rs.current()); got != "a" || len(rs.shown) != 2 {
		t.Errorf("once the cursor left it: on %s of %d", got, len(rs.shown))
	}
}

func TestCursorOfGoneDirectory(t *testing.T) {
	rs := newRows(show.Width)
	rs.setHeight(5)
	rs.applied(reporttest.Changes(reporttest.Free("a"), reporttest.Free("b"), reporttest.Free("c")), nil)
	rs.moveTo(1)
	rs.setSelected(rs.current(), true)
	rs.applied(nil, []string{reporttest.Root + "/b"})
	if got := at(rs.current()); got != "c" || rs.selected != 0 {
		t.Errorf("on %s with %d selected, want the row that took its place", got, rs.selected)
	}
	rs.applied(nil, []string{reporttest.Root + "/c", reporttest.Root + "/a"})
	if rs.current() != nil {
		t.Errorf("on %s of nothing", at(rs.current()))
	}
}

func TestNextProblem(t *testing.T) {
	rs := newRows(show.Width)
	rs.setHeight(2)
	rs.order = order{column: show.ColumnDirectory}
	rs.applied(reporttest.Changes(reporttest.Free("a"), reporttest.Stale("b"), reporttest.Free("c"), reporttest.Free("d"), reporttest.Stale("e")), nil)
	for _, want := range []string{"b", "e", "e"} {
		rs.moveToProblem(+1)
		if got := at(rs.current()); got != want {
			t.Errorf("n is on %s, want %s", got, want)
		}
	}
	rs.moveToProblem(-1)
	if got := at(rs.current()); got != "b" {
		t.Errorf("N is on %s, want b", got)
	}
}
