package ui

import (
	"strings"
	"testing"
	"time"

	"lockscope/lock"
	"lockscope/scan"
)

// The largest numbers there can be push nothing out of its column.
func TestColumnsHold(t *testing.T) {
	const pid = 1<<31 - 1
	worst := sample{
		path: strings.Repeat("x", 300), state: scan.Mismatch, pid: pid, process: lock.ProcessGone, written: 9 * time.Hour,
		holders: []scan.Holder{
			holder(pid-2, "kvd", 9*time.Hour), holder(pid-1, "kvd", 9*time.Hour), holder(pid, "kvd", 9*time.Hour),
		},
	}
	usual := sample{path: "a", state: scan.Mismatch, pid: 1, process: lock.ProcessGone, written: 9 * time.Hour, holders: []scan.Holder{holder(1, "kvd", 9*time.Hour)}}
	for w := 40; w < 160; w++ { // beyond, the detail is beside the table
		m, _ := testModel(w, 30, Options{})
		m.take(scanned(changes(worst, usual)))
		var rows []string
		for line := range strings.Lines(m.shown()) {
			if strings.Contains(line, "! mismatch ") {
				rows = append(rows, strings.TrimRight(line, "▐ \n"))
			}
		}
		if len(rows) != 2 || w > 100 && (width(rows[0]) != width(rows[1]) || !strings.HasSuffix(rows[0], " 9h")) {
			t.Errorf("at %d:\n%s", w, strings.Join(rows, "\n"))
		}
		if w >= 120 && !strings.Contains(rows[1], "2147483647 ") {
			t.Errorf("at %d, cut short though there is room:\n%s", w, rows[1])
		}
	}
}
