package ui

import (
	"strings"
	"testing"
	"time"

	"lockscope/lock"
	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
	"lockscope/ui/show"
)

// The largest numbers there can be push nothing out of its column.
func TestColumnsHold(t *testing.T) {
	const pid = 1<<31 - 1
	worst := reporttest.Dir{
		Path: strings.Repeat("x", 300), State: report.Mismatch, PID: pid, Process: lock.ProcessGone, Written: 9 * time.Hour,
		Holders: []report.Holder{
			reporttest.Holder(pid-2, "kvd", 9*time.Hour), reporttest.Holder(pid-1, "kvd", 9*time.Hour), reporttest.Holder(pid, "kvd", 9*time.Hour),
		},
	}
	usual := reporttest.Dir{Path: "a", State: report.Mismatch, PID: 1, Process: lock.ProcessGone, Written: 9 * time.Hour, Holders: []report.Holder{reporttest.Holder(1, "kvd", 9*time.Hour)}}
	for w := 40; w < 160; w++ { // beyond, the detail is beside the table
		m, _ := testModel(w, 30, Options{})
		m.take(reporttest.Scanned(reporttest.Changes(worst, usual)))
		var rows []string
		for line := range strings.Lines(m.shown()) {
			if strings.Contains(line, "! mismatch ") {
				rows = append(rows, strings.TrimRight(line, "▐ \n"))
			}
		}
		if len(rows) != 2 || w > 100 && (show.Width(rows[0]) != show.Width(rows[1]) || !strings.HasSuffix(rows[0], " 9h")) {
			t.Errorf("at %d:\n%s", w, strings.Join(rows, "\n"))
		}
		if w >= 120 && !strings.Contains(rows[1], "2147483647 ") {
			t.Errorf("at %d, cut short though there is room:\n%s", w, rows[1])
		}
	}
}

// A name has the room that it needs as it is shown, not as it is stored.
func TestColumnsSuitTheNames(t *testing.T) {
	for _, test := range []struct{ path, shown string }{
		{strings.Repeat("\x1b", 14), strings.Repeat(`\x1b`, 14)}, // 14 bytes, 56 cells
		{strings.Repeat("漢", 28), strings.Repeat("漢", 28)},       // 84 bytes, 56 cells
		{strings.Repeat("\u202e", 8) + "x", strings.Repeat(`\u202e`, 8) + "x"},
	} {
		m, _ := testModel(120, 30, Options{})
		m.take(reporttest.Scanned(reporttest.Changes(reporttest.Stale(test.path))))
		if text := m.shown(); !strings.Contains(text, "~ stale      "+test.shown) {
			t.Errorf("%s is cut beside empty columns:\n%s", test.shown, text)
		}
	}
	m, _ := testModel(120, 30, Options{})
	held := reporttest.Held("漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢", 7) // 60 bytes, 40 cells: no more is kept from the command
	held.Holders[0].Process.Command = "kvd --data /srv/tenants/four"
	m.take(reporttest.Scanned(reporttest.Changes(held)))
	if text := m.shown(); strings.Count(text, held.Holders[0].Process.Command) != 2 { // in the table and in the detail
		t.Errorf("the command is cut:\n%s", text)
	}
}
