package ui

import (
	"cmp"
	"strings"
	"testing"

	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
	"lockscope/ui/list"
	"lockscope/ui/show"
)

// The screen begins with what the settings say, and the keys go on from there.
func TestViewSettings(t *testing.T) {
	v := View{ProblemsOnly: true, Filter: "eu/", Reverse: true}
	if err := cmp.Or(v.SetSort("Since"), v.SetGroups("2"), v.SetColumns([]string{"holder", "since"}), v.SetDetail("hidden")); err != nil {
		t.Fatal(err)
	}
	m, _ := testModel(120, 30, Options{View: v})
	m.take(reporttest.Scanned(reporttest.Fleet(30)))
	if want := (list.Order{Column: show.ColumnSince, Reverse: true}); m.list.Order() != want {
		t.Errorf("sorted %v, want %v", m.list.Order(), want)
	}
	if n := m.list.Matching(); n != 6 || m.list.Len() != 4 {
		t.Errorf("%d match in %d lines, want 6 in 4 groups that are folded", n, m.list.Len())
	}
	m.typed("T")
	text := m.shown()
	for _, want := range []string{"problems only  / eu/", "SINCE▼", "HOLDER", "▾ eu/shard-03/"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q:\n%s", want, text)
		}
	}
	for _, not := range []string{"PIDFILE", "COMMAND", "lock   "} {
		if strings.Contains(text, not) {
			t.Errorf("%q is shown:\n%s", not, text)
		}
	}
	m.typed("esc")
	if m.list.Filtered() {
		t.Error("esc does not show all")
	}

	m, _ = testModel(120, 30, Options{View: View{ProblemsOnly: true}, States: []report.State{report.Held}})
	if got, want := m.list.Classes(), show.Only(show.ClassOfState(report.Held)); got != want {
		t.Errorf("shows the classes %b, want those that were asked for, %b", got, want)
	}
}
