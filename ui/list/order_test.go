package list

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
	"lockscope/ui/show"
)

// Rows are sorted as they compare, in every order, and also where an order is turned.
func TestSortIsAsRowsCompare(t *testing.T) {
	l := newList()
	now := time.Now()
	var changes []report.Change
	for _, c := range reporttest.Fleet(500) {
		r := *c.Report
		if r.Since.At = now.Add(-time.Duration(rand.IntN(40)) * time.Second); rand.IntN(4) == 0 {
			r.Since = report.Since{}
		}
		changes = append(changes, report.Change{Report: &r})
	}
	l.applied(changes, nil)
	for column := range show.ColumnCount {
		for _, reverse := range []bool{true, false, true} { // of another column, then turned twice
			o := Order{column, reverse}
			l.Sort(o)
			if got := l.Matched(); !slices.IsSortedFunc(got, o.compare) || len(got) != len(changes) {
				t.Errorf("%s: %d rows, not in order", o, len(got))
			}
		}
	}
}

// A host that is lost comes before what is worst of the directories.
func TestLostHostIsFirst(t *testing.T) {
	lost := report.Lost{Host: "web-02", Why: report.HostEnded}.Report()
	split := reporttest.Free("a")
	split.State = report.Split
	l := newList()
	l.SetHeight(20)
	l.applied(append(reporttest.Changes(split), report.Change{Report: lost, New: true}), nil)
	first := func() *report.Report { return l.Window()[0].Report }
	if first() != lost {
		t.Errorf("%s is first", first().Key())
	}
	l.SetFilter("lost")
	if l.Matching() != 1 || first() != lost {
		t.Errorf("%d match, the first is %s", l.Matching(), first().Key())
	}
	l.SetFilter("")
	heads := []*Group{{}, {Lost: 1}, {Lost: 2}}
	heads[0].Counts[show.ClassOfState(report.Split)] = 5
	slices.SortFunc(heads, (*Group).compare)
	if heads[0].Lost != 2 || heads[1].Lost != 1 {
		t.Errorf("the groups of hosts that are lost come after %d", heads[0].Counts[0])
	}
}
