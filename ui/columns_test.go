package ui

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

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

// What all paths end with is left out before a tenant is cut.
func TestTailIsLeftOut(t *testing.T) {
	m, _ := testModel(40, 12, Options{})
	m.take(reporttest.Scanned(reporttest.Fleet(30)))
	if text := m.shown(); !strings.Contains(text, "DIRECTORY …/data\n") || !strings.Contains(text, "eu/shard-03/tenant-0007\n") {
		t.Errorf("the tenant is cut:\n%s", text)
	}
	m.take(reporttest.Scanned(reporttest.Changes(reporttest.Stale("eu/other"))))
	if text := m.shown(); !strings.Contains(text, "tenant-0007/…\n") {
		t.Errorf("a path that ends otherwise is not shown as it is:\n%s", text)
	}
}

// One long name takes no room from the other columns.
func TestLongName(t *testing.T) {
	for _, width := range []int{120, 150} {
		m, _ := testModel(width, 30, Options{})
		m.take(reporttest.Scanned(reporttest.Fleet(30)))
		before := m.columns(m.layout())
		m.take(reporttest.Scanned(reporttest.Changes(reporttest.Stale(strings.Repeat("x", 255)))))
		after := m.columns(m.layout())
		if after.width[show.ColumnCommand] < commandMuch {
			t.Errorf("at %d: COMMAND has %d cells beside a long name, had %d before", width, after.width[show.ColumnCommand], before.width[show.ColumnCommand])
		}
	}
}

// Whatever is cut, or has no column, comes into sight by scrolling, in every size.
func TestScrollColumns(t *testing.T) {
	for _, width := range []int{40, 80, 120} {
		m, _ := testModel(width, 12, Options{})
		d := reporttest.Held("eu/shard-03/a-tenant-with-a-name-that-is-longer/than-any-column-is/data", 31337)
		d.Holders[0].Process.Command = "kvd --first --second --third --fourth --fifth --sixth --last"
		m.take(reporttest.Scanned(reporttest.Changes(d)))
		before := m.shown()
		seen := ""
		for range 20 {
			m.typed(">")
			seen += m.shown()
		}
		for _, want := range []string{"31337", "-last", "1h", "than-any"} {
			if !strings.Contains(seen, want) {
				t.Errorf("at %d: %q is never seen:\n%s", width, want, seen)
			}
		}
		for range 20 {
			m.typed("<")
		}
		m.notice = ""
		if m.shown() != before {
			t.Errorf("at %d: not as it was:\n%s", width, m.shown())
		}
	}
}

func TestChooseColumns(t *testing.T) {
	m, _ := testModel(80, 24, Options{})
	m.take(reporttest.Scanned(reporttest.Fleet(30)))
	if strings.Contains(m.shown(), "SINCE") {
		t.Fatal("there is room for all columns")
	}
	m.typed("c", "1", "enter")
	if text := m.shown(); strings.Contains(text, "PIDFILE") || !strings.Contains(text, "SINCE") {
		t.Errorf("PIDFILE does not give way to SINCE:\n%s", text)
	}
	m.typed("c")
	for _, width := range []int{40, 80, 120} {
		m.width = width
		for _, want := range []string{"1 PIDFILE", "2✓HOLDER", "3✓COMMAND", "4✓SINCE"} {
			if foot := ansi.Strip(m.footLine()); !strings.Contains(foot, want) {
				t.Errorf("at %d: %q is not in %q", width, want, foot)
			}
		}
	}
	m.typed("1", "q")
	if m.hidden != 0 || m.mode != modeTable {
		t.Errorf("hidden are %b, in mode %d", m.hidden, m.mode)
	}
}
