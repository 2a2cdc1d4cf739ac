package ui

import (
	"strings"
	"testing"
	"time"

	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
	"lockscope/ui/list"
	"lockscope/ui/show"
)

// Where it is not known since when, there is a dash, and it comes last.
func TestSinceNotKnown(t *testing.T) {
	old := reporttest.Stale("old")
	old.Written = time.Hour
	fresh := reporttest.Stale("fresh")
	fresh.Written = time.Minute
	for _, ascii := range []bool{false, true} {
		m, _ := testModel(120, 30, Options{ASCII: ascii})
		changes := reporttest.Changes(reporttest.Free("0"), old, fresh)
		changes[0].Report.Since = report.Since{}
		m.take(reporttest.Scanned(changes))
		m.sort(list.Order{Column: show.ColumnSince})
		for _, want := range []string{"fresh old 0", "old fresh 0"} {
			var got []string
			for _, r := range m.list.Matched() {
				got = append(got, at(r))
			}
			if strings.Join(got, " ") != want {
				t.Errorf("sorted %v: %v, want %s", m.list.Order(), got, want)
			}
			m.sort(list.Order{Column: show.ColumnSince, Reverse: true})
		}
		dash := " –"
		if ascii {
			dash = " -"
		}
		for line := range strings.Lines(m.shown()) {
			if strings.Contains(line, " free  ") && strings.Contains(line, " 0 ") && strings.Count(line, dash) != 3 { // PIDFILE, HOLDER, SINCE
				t.Errorf("no dash: %q", line)
			}
		}
	}
}
