package ui

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
)

// unread is the error of a root that could not be read.
var unread = report.PathError{Path: "/srv/other", Root: true, Err: &fs.PathError{Op: "open", Path: "/srv/other", Err: fs.ErrPermission}}

// That there is no problem is said, and is green, only where everything was read.
func TestNoProblems(t *testing.T) {
	const green = "\x1b[32m"
	for _, size := range []struct{ width, height int }{{200, 60}, {120, 30}, {80, 24}, {40, 12}} {
		for _, keys := range []string{"", "!"} {
			m, _ := testModel(size.width, size.height, Options{})
			m.take(reporttest.Scanned(reporttest.Changes(reporttest.Free("a"))))
			m.typed(strings.Fields(keys)...)
			line := func() string { return m.countersLine() + strings.Join(m.emptyLines(9), "\n") }
			if !strings.Contains(line(), green+"✓ no problems") && !strings.Contains(line(), green+"0 problems") {
				t.Errorf("at %d: does not say in green that there is no problem: %q", size.width, line())
			}
			u := reporttest.Scanned(nil)
			u.Progress = report.Progress{Visited: 1}
			u.Errors = []report.PathError{unread}
			m.take(u)
			if text := line(); strings.Contains(text, green+"✓") || strings.Contains(text, green+"0 problems") || !strings.Contains(text, "1 error") {
				t.Errorf("at %d, with a root that was not read: %q", size.width, text)
			}
		}
	}
	m, _ := testModel(120, 30, Options{})
	m.take(reporttest.Scanned(reporttest.Changes(reporttest.Free("a"))))
	m.Update(endedMsg{errors.New("no more")})
	if text := m.countersLine(); strings.Contains(text, "✓") {
		t.Errorf("nobody looks any more: %q", text)
	}
}

// Each counter has the digit that shows its state, whatever other counters there are.
func TestCountersHaveTheirDigit(t *testing.T) {
	for _, width := range []int{60, 80, 120, 200} {
		for i, s := range report.States {
			m, _ := testModel(width, 30, Options{})
			d := reporttest.Dir{Path: "a", State: s}
			m.take(reporttest.Scanned(reporttest.Changes(d)))
			if want := fmt.Sprintf("1 %s[%d]", s, i+1); !strings.Contains(m.shown(), want) {
				t.Errorf("at %d: no %q:\n%s", width, want, m.shown())
			}
			m.typed(fmt.Sprint(i + 1))
			if r := m.list.Current(); r == nil || r.Report.Verdict.State != s {
				t.Errorf("%d does not show %s", i+1, s)
			}
		}
	}
	m, _ := testModel(200, 30, Options{})
	m.take(reporttest.Scanned(reporttest.Changes(reporttest.Stale("a"))))
	if !strings.Contains(m.shown(), "0 unguarded[2]") {
		t.Errorf("no zero where there is room:\n%s", m.shown())
	}
}
