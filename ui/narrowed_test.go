package ui

import (
	"strings"
	"testing"

	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
)

// What the table is filtered by, and how to show all again, is in sight whole beside what came up, and what
// keys do is told whole or not at all.
func TestFilterIsInSightBesideNews(t *testing.T) {
	for _, width := range []int{120, 80, 60, 40} {
		m := massFailure(width, 24, 8866, Options{})
		m.typed("/", "m", "a", "n", "y", "enter")
		if text := m.shown(); !strings.Contains(text, "/ many  esc shows all") || width > 40 && !strings.Contains(text, "N goes there") {
			t.Errorf("%d columns:\n%s", width, text)
		}
		m.typed("esc", "t")
		if text := m.shown(); strings.Contains(strings.Split(text, "\n")[2], m.theme.chars.Mark) {
			t.Errorf("%d columns, cut:\n%s", width, text)
		}
	}
}

// Nothing is said to be the first of none.
func TestPositionOfNothing(t *testing.T) {
	m, _ := testModel(80, 24, Options{})
	m.take(reporttest.Scanned(reporttest.Changes(reporttest.Stale("eu/a"), reporttest.Stale("us/a"), reporttest.Stale("us/b"))))
	m.typed("6", "t", "left")
	m.take(now(reporttest.Held("eu/a", 7)))
	if text := m.shown(); !strings.Contains(text, "– of 2") {
		t.Errorf("of a group of which nothing is left:\n%s", text)
	}
}

// While directories are checked there may be problems, which is no reason for green.
func TestNoProblemsSoFar(t *testing.T) {
	m, _ := testModel(120, 24, Options{})
	m.take(reporttest.Scanned(reporttest.Changes(reporttest.Held("a", 7), reporttest.Dir{Path: "b", State: report.Mismatch, Checking: true, PID: 9})))
	if text := m.countersLine(); !strings.Contains(text, "no problems so far") || strings.Contains(text, m.theme.ok) {
		t.Errorf("says %q", text)
	}
}

// On the head of a group, y says how many paths it sends, and Y shows what kills of many commands.
func TestCopyOfAGroup(t *testing.T) {
	m, _ := testModel(80, 24, Options{Break: neverBreak})
	m.take(reporttest.Scanned(reporttest.Fleet(30)))
	m.typed("t", "T", "g")
	if m.typed("y"); !strings.HasPrefix(m.notice, "sent to the terminal: ") || !strings.HasSuffix(m.notice, " paths") {
		t.Errorf("y says %q", m.notice)
	}
	for range 20 {
		if r := m.list.Current(); r.Group != nil && r.Group.Counts[2] > 0 { // orphaned
			break
		}
		m.typed("j")
	}
	if cmd := m.typed("Y"); cmd != nil || !strings.HasPrefix(m.notice, "kill 9377; ") || !strings.Contains(m.notice, "Y again sends it") {
		t.Errorf("Y says %q", m.notice)
	}
	if cmd := m.typed("Y"); cmd == nil || !strings.HasSuffix(m.notice, " commands") {
		t.Errorf("Y again says %q", m.notice)
	}
}

// It is said of which directories none is stale, or some are not.
func TestNotStaleOfWhich(t *testing.T) {
	m, _ := testModel(80, 30, Options{Break: neverBreak})
	m.take(reporttest.Scanned(reporttest.Changes(reporttest.Stale("eu/a"), reporttest.Stale("eu/b"), reporttest.Held("eu/c", 7), reporttest.Held("us/d", 7))))
	for _, step := range []struct{ keys, want string }{
		{"t g B", "1 of those in the group is not stale"},
		{"esc a B", "2 of those selected are not stale"},
		{"esc u G space B", "the one that is selected is not stale"},
		{"u G k B", "none of the 1 in the group is stale"},
	} {
		m.typed(strings.Fields(step.keys)...)
		if text := m.shown(); !strings.Contains(text, step.want) {
			t.Errorf("after %s, no %q:\n%s", step.keys, step.want, text)
		}
	}
}

// A line of several events of which each has a cause of its own names one of their directories. Unfolded, it has the
// causes.
func TestLineWithoutCauseHasADirectory(t *testing.T) {
	m, _ := testModel(80, 24, Options{})
	m.take(reporttest.Scanned(reporttest.Changes(reporttest.Held("eu/a", 7), reporttest.Held("eu/b", 8))))
	m.take(report.Update{Changes: reporttest.Changes(reporttest.Free("eu/a"), reporttest.Free("eu/b"))})
	m.typed("l")
	if text := m.shown(); !strings.Contains(text, "2 held → free") || !strings.Contains(text, "▸ eu/b and 1 more") {
		t.Errorf("the log:\n%s", text)
	}
	m.typed("enter")
	if text := m.shown(); !strings.Contains(text, "was held by 7") || !strings.Contains(text, "was held by 8") {
		t.Errorf("unfolded:\n%s", text)
	}
}
