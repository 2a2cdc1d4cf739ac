package ui

import (
	"strings"
	"testing"
	"time"

	"lockscope/scan/report/reporttest"
)

// A notice does not stand in the place of the keys for ever.
func TestNoticeGoes(t *testing.T) {
	m, _ := testModel(120, 30, Options{})
	m.take(reporttest.Scanned(reporttest.Fleet(10)))
	m.typed("s")
	now := reporttest.Noon
	m.now = func() time.Time { return now }
	for range 2 {
		now = now.Add(4 * time.Second)
		m.typed("s") // which says something new
		m.Update(tickMsg{})
		if !strings.Contains(m.footLine(), "sorted by") {
			t.Fatalf("the notice is gone at once: %q", m.footLine())
		}
	}
	now = now.Add(noticeTime)
	m.Update(tickMsg{})
	if !strings.Contains(m.shown(), "q quit") {
		t.Errorf("the notice stays:\n%s", m.shown())
	}
}

// What was announced has a result, of a pass that began after it was asked for.
func TestRequestHasAResult(t *testing.T) {
	m, _ := testModel(120, 30, Options{})
	m.take(reporttest.Scanned(reporttest.Fleet(30)))
	now := reporttest.Noon.Add(time.Hour)
	m.now = func() time.Time { return now }
	m.typed("r")
	if got, want := m.footLine(), " looking at every directory…"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	u := reporttest.Scanned(reporttest.Changes(reporttest.Stale("us/shard-12/tenant-1201/data"), reporttest.Free("new")))
	m.take(u)
	if got, want := m.footLine(), " looking at every directory…"; got != want {
		t.Errorf("at the end of a pass that was under way: %q, want %q", got, want)
	}
	now = now.Add(2 * time.Second)
	u = reporttest.Scanned(nil)
	u.Summary.Dirs = 43
	m.take(u)
	if got, want := m.footLine(), " looked at 43 directories in 0.4s: 2 changed"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	m.typed("R")
	now = now.Add(2 * time.Second)
	u.Progress.Visited = 7
	u.Errors = append(u.Errors, unread)
	m.take(u)
	if got, want := m.footLine(), " walked 43 directories in 0.4s: nothing changed, 1 error"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
