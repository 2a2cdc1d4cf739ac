package ui

import (
	"strings"
	"testing"
	"time"

	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
	"lockscope/ui/golden"
)

// withHistory is a screen on a directory to which more happened than its history keeps.
func withHistory(t *testing.T, width, height int) *model {
	t.Helper()
	m, _ := testModel(width, height, Options{})
	m.take(reporttest.Scanned(reporttest.Changes(reporttest.Held("us/tenant-0002", 4000))))
	for i := range 9 {
		ago := time.Duration(9-i) * time.Hour
		m.now = func() time.Time { return reporttest.Noon.Add(-ago) }
		h := handoff("us/tenant-0002", 4000+i, 4001+i, ago, time.Duration(i+1)*12345*time.Microsecond)
		m.take(report.Update{Handoffs: []report.Handoff{h}, Changes: reporttest.Changes(reporttest.Held("us/tenant-0002", 4001+i))})
	}
	m.now = func() time.Time { return reporttest.Noon }
	back := handoff("us/tenant-0002", 4009, 4009, 2*time.Minute, 800*time.Microsecond)
	back.RolledBack = true
	dead := reporttest.Stale("us/tenant-0002")
	dead.PID, dead.Process = 4009, 1
	m.take(report.Update{Handoffs: []report.Handoff{back}}, reporttest.Scanned(reporttest.Changes(dead)))
	return m
}

func TestHistoryScreens(t *testing.T) {
	for _, size := range sizes {
		m := withHistory(t, size.width, size.height)
		golden.Check(t, "history-"+size.name, m.shown())
		m.typed("enter")
		if !m.showsDetailFull() {
			t.Fatal("the detail is not full")
		}
		golden.Check(t, "historyfull-"+size.name, m.shown())
	}
}

// A directory that nothing happened to has no history, and one that came back has its own.
func TestHistoryOfOne(t *testing.T) {
	m, _ := testModel(120, 40, Options{})
	m.take(reporttest.Scanned(reporttest.Changes(reporttest.Free("a"), reporttest.Stale("b"))))
	if text := m.shown(); strings.Contains(text, "history") {
		t.Errorf("of what was found first:\n%s", text)
	}
	m.take(reporttest.Scanned(nil, reporttest.Root+"/b"))
	m.take(reporttest.Scanned(reporttest.Changes(reporttest.Stale("b"))))
	for _, want := range []string{"history   16:06:00  found stale", "16:06:00  gone, was stale"} {
		if text := m.shown(); !strings.Contains(text, want) {
			t.Errorf("no %q:\n%s", want, text)
		}
	}
}
