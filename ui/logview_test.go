package ui

import (
	"errors"
	"strings"
	"testing"
	"time"

	"lockscope/ui/golden"

	tea "charm.land/bubbletea/v2"

	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
)

func TestLog(t *testing.T) {
	m, _ := testModel(120, 40, Options{})
	m.take(report.Update{Changes: reporttest.Changes(reporttest.Free("b"))}) // as far as the first pass has come
	m.take(reporttest.Scanned(reporttest.Changes(reporttest.Free("a"), reporttest.Stale("b"))))
	m.typed("l")
	if text := m.shown(); !strings.Contains(text, "none so far") {
		t.Errorf("what was found first is no change:\n%s", text)
	}
	held := reporttest.Dir{Path: "a", State: report.Held, PID: 7, Holders: []report.Holder{reporttest.Holder(7, "kvd", time.Hour)}}
	doubted := reporttest.Dir{Path: "a", State: report.Mismatch, Checking: true, PID: 8, Holders: held.Holders}
	m.take(reporttest.Scanned(reporttest.Changes(held)))
	m.take(reporttest.Scanned(reporttest.Changes(doubted)))
	m.take(reporttest.Scanned(reporttest.Changes(held))) // a false alarm is no event
	for pid := 8; pid < 11; pid++ {
		m.take(reporttest.Scanned(reporttest.Changes(reporttest.Held("c/d", pid)))) // a hand-over is
	}
	doubted.Checking = false
	m.take(reporttest.Scanned(reporttest.Changes(doubted)), reporttest.Scanned(reporttest.Changes(reporttest.Stale("c")), reporttest.Root+"/b"))
	m.take(report.Update{Errors: []report.PathError{{Path: "/x", Err: errors.New("open /x\x1b[1m: permission denied")}}, Progress: report.Progress{Visited: 1}}, reporttest.Scanned(nil))
	golden.Check(t, "log-120x40", m.shown())
	m.Update(tea.WindowSizeMsg{Width: 40, Height: 12})
	golden.Check(t, "log-40x12", m.shown())
	m.typed("G", "esc")
	if m.mode != modeTable {
		t.Error("esc does not leave the log")
	}
}
