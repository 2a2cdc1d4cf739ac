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
