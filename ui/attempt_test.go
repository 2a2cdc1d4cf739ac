package ui

import (
	"errors"
	"strings"
	"testing"
	"time"

	"lockscope/lock"
	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
	"lockscope/ui/print"
)

// attempts are one of each kind, with what the screen and the printed lines say of it.
var attempts = []struct {
	attempt             report.Attempt
	screen, line, json  string
	counted, notCleared string
}{
	{report.Attempt{Outcome: report.Removed, Files: []string{".handoff.pidfile"}},
		"removed .handoff.pidfile", "removed .handoff.pidfile", `"outcome":"removed","files":[".handoff.pidfile"]`, "1 cleared", ""},
	{report.Attempt{Outcome: report.Refused, Err: &lock.RefusedError{Dir: reporttest.Root + "/d", Reason: lock.RefusedHeld, Holder: 7, Command: "kvd"}},
		"the lock is held by kvd 7", "refused: the lock is held by kvd 7",
		`"outcome":"refused","reason":"held","error":"the lock is held by kvd 7","files":[]`, "0 cleared, 1 left as it was", "left as it was"},
	{report.Attempt{Outcome: report.Failed, Err: &lock.AsideError{Path: "/d/x\x1b.tmp", Err: errors.New("EIO")}},
		`the pidfile was moved to /d/x\x1b.tmp, and is still there: EIO`,
		`failed: the pidfile was moved to /d/x\x1b.tmp, and is still there: EIO`,
		`"outcome":"failed","error":"the pidfile was moved to /d/x\u001b.tmp, and is still there: EIO","files":[]`, "0 cleared, 1 failed", "failed"},
	{report.Attempt{Outcome: report.Failed, Err: &lock.RefusedError{Dir: reporttest.Root + "/d", Err: errors.New("input/output error")}},
		"input/output error", "failed: input/output error",
		`"outcome":"failed","error":"input/output error","files":[]`, "0 cleared, 1 failed", "failed"},
	{report.Attempt{Outcome: report.Failed, Files: []string{".handoff.pidfile"}, Err: errors.New("no space")},
		"removed .handoff.pidfile, but: no space", "failed: removed .handoff.pidfile, but: no space",
		`"outcome":"failed","error":"no space","files":[".handoff.pidfile"]`, "0 cleared, 1 failed", "failed"},
}

// The screen, its log and the printed lines say the same of an attempt.
func TestAttemptIsToldAlike(t *testing.T) {
	for _, test := range attempts {
		m, _ := testModel(120, 30, Options{Break: func(*report.Report) report.Attempt { return test.attempt }})
		m.take(reporttest.Scanned(reporttest.Changes(reporttest.Stale("d"))))
		m.typed("B")
		m.Update(m.typed("y")())
		if text := m.shown(); !strings.Contains(text, test.counted) || !strings.Contains(text, test.screen) {
			t.Errorf("no %q and %q in the dialog:\n%s", test.counted, test.screen, text)
		}
		m.typed("enter", "l")
		word := test.notCleared
		if word == "" {
			word = "cleared"
		}
		if text := m.shown(); !strings.Contains(text, "break: "+word+"  ") || !strings.Contains(text, test.screen) {
			t.Errorf("no %q and %q in the log:\n%s", word, test.screen, text)
		}
		for format, want := range map[print.Format]string{print.Table: "/d: " + test.line + "\n", print.NDJSON: test.json} {
			var b strings.Builder
			if err := print.NewBreakPrinter(&b, format).Print(reporttest.Stale("d").Report(), test.attempt); err != nil {
				t.Error(err)
			}
			if !strings.Contains(b.String(), want) {
				t.Errorf("%s: %s, want %s", format, b.String(), want)
			}
		}
	}
}

// The dialog says of each target that a break would be refused, and why, before anything is confirmed.
func TestDialogForesees(t *testing.T) {
	check := func(r *report.Report, _ bool) report.Attempt {
		if strings.HasSuffix(r.Path, "/b") {
			return report.Attempt{Outcome: report.WouldBeRefused, Err: &lock.RefusedError{Dir: r.Path, Reason: lock.RefusedImmutable}}
		}
		return report.Attempt{Outcome: report.WouldRemove, Files: []string{".handoff.pidfile"}}
	}
	m, _ := testModel(80, 24, Options{Break: neverBreak, Check: check})
	m.take(reporttest.Scanned(reporttest.Changes(reporttest.Stale("a"), reporttest.Stale("b"), reporttest.Stale("c"))))
	cmd := m.typed("a", "B")
	if text := m.shown(); strings.Contains(text, "would be refused") {
		t.Errorf("known before it was found out:\n%s", text)
	}
	if _, more := m.Update(cmd()); more != nil {
		t.Error("there is more to be found out")
	}
	text := m.shown()
	if !strings.Contains(text, "1 would be refused.") || strings.Count(text, "would be refused: immutable") != 1 {
		t.Errorf("the dialog:\n%s", text)
	}
	if before, _, _ := strings.Cut(text, "would be refused: immutable"); !strings.Contains(before, "/b") || strings.Contains(before, "/c ") {
		t.Errorf("not at its target:\n%s", text)
	}

	late := m.typed("esc", "B")
	m.typed("esc")
	if _, more := m.Update(late()); more != nil || m.dialog != nil {
		t.Error("the dialog is closed, and goes on")
	}
	m.typed("j", "u", "B") // a single one has it, too
	m.Update(m.checkFrom(0)())
	if text := m.shown(); !strings.Contains(text, "would be refused: immutable") {
		t.Errorf("the dialog:\n%s", text)
	}
}

// Of very many targets, what is found out comes little by little, and stops with the dialog.
func TestDialogForeseesByParts(t *testing.T) {
	checked := 0
	m, _ := testModel(80, 24, Options{Break: neverBreak, Check: func(r *report.Report, _ bool) report.Attempt {
		checked++
		for range time.Tick(checkTime) {
			break
		}
		return report.Attempt{Outcome: report.WouldRemove}
	}})
	m.take(reporttest.Scanned(reporttest.Changes(reporttest.Stale("a"), reporttest.Stale("b"), reporttest.Stale("c"))))
	cmd := m.typed("a", "B")
	for want := 1; want <= 3; want++ {
		if checked != want-1 {
			t.Fatalf("%d checked, want %d", checked, want-1)
		}
		_, cmd = m.Update(cmd())
	}
	if cmd != nil {
		t.Error("there is more to be found out")
	}
}
