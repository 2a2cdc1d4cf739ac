package ui

import (
	"slices"
	"strings"
	"testing"
	"time"

	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
	"lockscope/ui/show"
)

// TestPause: the picture stands still, and the directories are watched all along.
func TestPause(t *testing.T) {
	m, source := testModel(120, 30, Options{Break: neverBreak})
	m.take(reporttest.Scanned(reporttest.Changes(reporttest.Stale("a"), reporttest.Free("b"), reporttest.Free("c"))))
	m.typed("j", "space", "p")
	picture := func() string { // below the header
		_, below, _ := strings.Cut(m.View().Content, "\n")
		return below
	}
	before := picture()
	m.now = func() time.Time { return reporttest.Noon.Add(5 * time.Minute) }
	held := reporttest.Dir{Path: "b", State: report.Held, PID: 7, Holders: []report.Holder{reporttest.Holder(7, "kvd", time.Hour)}}
	m.take(reporttest.Scanned(reporttest.Changes(held, reporttest.Free("a"), reporttest.Stale("0"), reporttest.Stale("9")), reporttest.Root+"/c", reporttest.Root+"/9"))
	m.Update(tickMsg{})
	if after := picture(); after != before {
		t.Errorf("the picture changed to:\n%s", m.shown())
	}
	if text := m.shown(); !strings.Contains(text, "paused, 5 changed") {
		t.Errorf("does not say what waits:\n%s", text)
	}
	m.typed("s", "s", "S", "0") // what is known and not shown is not found, either
	if got := listed(m.list); len(got) != 3 || at(m.list.Current()) != "c" || m.list.Selected() != 1 {
		t.Errorf("shows %s, on %s with %d selected", got, at(m.list.Current()), m.list.Selected())
	}
	m.typed("!", "u", "g", "B") // what is in sight is asked about, with what is known of it
	if text := m.shown(); !strings.Contains(text, "changed since this was asked: now free") {
		t.Errorf("the dialog does not tell what is so now:\n%s", text)
	}
	m.typed("esc", "0", "l")
	if text := m.shown(); !strings.Contains(text, "free → held") || !strings.Contains(text, "gone, was free") {
		t.Errorf("the log does not go on:\n%s", text)
	}
	m.typed("l", "p")
	if got := listed(m.list); len(got) != 3 || slices.Contains(got, "c") || m.list.Count(show.ClassOfState(report.Stale)) != 1 {
		t.Errorf("afterwards it shows %s", got)
	}
	if len(source.interval) > 0 {
		t.Errorf("the source was told to observe every %v", source.interval)
	}
	loud := picture()
	m.now = func() time.Time { return reporttest.Noon.Add(5*time.Minute + highlightTime) }
	m.Update(tickMsg{})
	if picture() == loud {
		t.Error("what changed meanwhile does not stand out")
	}
}

// That there are no problems is said of the moment of the pause, and not in green: there may be some by now.
func TestPausedWithoutProblems(t *testing.T) {
	m, _ := testModel(120, 30, Options{})
	m.take(reporttest.Scanned(reporttest.Changes(reporttest.Held("a", 7))))
	m.typed("p")
	if text := m.shown(); !strings.Contains(text, " no problems when it was paused") {
		t.Errorf("\n%s", text)
	}
	if _, style := m.noProblems(); style.GetForeground() == m.theme.good.GetForeground() {
		t.Error("it is green")
	}
}
