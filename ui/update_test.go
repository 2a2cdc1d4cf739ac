package ui

import (
	"testing"
	"time"

	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
)

func TestChangesStandOutOnce(t *testing.T) {
	m, _ := testModel(120, 30, Options{})
	m.take(reporttest.Scanned(reporttest.Changes(reporttest.Stale("0"), reporttest.Free("a"), reporttest.Free("b"))))
	calm := m.View().Content
	m.take(reporttest.Scanned(reporttest.Changes(reporttest.Free("a"))))
	if m.View().Content != calm {
		t.Error("a row stands out that did not change")
	}
	m.take(reporttest.Scanned(reporttest.Changes(reporttest.Stale("b"))))
	m.take(reporttest.Scanned(nil))
	loud := m.View().Content
	m.now = func() time.Time { return reporttest.Noon.Add(highlightTime) }
	m.Update(tickMsg{})
	if m.View().Content == loud {
		t.Error("the row still stands out")
	}
}

// TestNothingChanges: a frame that is the same costs no byte.
func TestNothingChanges(t *testing.T) {
	m, _ := testModel(120, 40, Options{})
	m.take(reporttest.Scanned(reporttest.Fleet(1000)[:8])) // nothing younger than a minute
	m.typed("down")
	before := m.View()
	for i := range 30 {
		m.now = func() time.Time { return reporttest.Noon.Add(time.Duration(i) * time.Second) }
		u := reporttest.Scanned(nil)
		u.Summary.Duration += time.Duration(i) * time.Millisecond
		m.take(u, report.Update{Interval: 2 * time.Second})
		m.Update(tickMsg{})
		if after := m.View(); after.Content != before.Content {
			t.Fatalf("after %d s the frame is another:\n%s", i, m.shown())
		}
	}
}

// A lock that goes from one holder to another is a change, too.
func TestHandOverStandsOut(t *testing.T) {
	m, _ := testModel(120, 30, Options{})
	m.take(reporttest.Scanned(reporttest.Changes(reporttest.Held("a", 4410))))
	if len(m.highlighted) > 0 {
		t.Error("what was found first stands out")
	}
	m.take(reporttest.Scanned(reporttest.Changes(reporttest.Held("a", 9377))))
	if _, stands := m.highlighted[reporttest.Root+"/a"]; !stands {
		t.Error("the row does not stand out")
	}
}
