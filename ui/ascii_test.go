package ui

import (
	"strings"
	"testing"
	"time"

	"lockscope/ui/golden"

	tea "charm.land/bubbletea/v2"

	"lockscope/lock"
	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
)

func notASCII(r rune) bool { return r >= 0x80 }

// foreign is a directory that names everything in other characters.
func foreign(state report.State) reporttest.Dir {
	s := reporttest.Dir{Path: "ś2J/日本", State: state, PID: 8, Process: lock.ProcessGone, Written: time.Hour, Temps: []string{"ž"}}
	if state == report.Mismatch {
		h := reporttest.Holder(7, "kvd --name ś é", time.Hour)
		h.Process.User = "żółw"
		s.Holders = []report.Holder{h}
	}
	return s
}

// Where there is but ASCII, nothing else goes out in any mode, and names are spelled out
// before they are laid out.
func TestScreenIsASCII(t *testing.T) {
	for _, keys := range []string{"", "enter", "enter enter", "l", "?", "t", "t left", "/ ś", "/ ś enter", "6 B", "a B", "a B 2 enter", "y", "Y", "p", "s"} {
		for _, size := range []tea.WindowSizeMsg{{Width: 200, Height: 50}, {Width: 80, Height: 24}, {Width: 40, Height: 12}, {Width: 10, Height: 4}} {
			m, _ := testModel(size.Width, size.Height, Options{ASCII: true, Break: neverBreak})
			m.opts.Host, m.opts.Roots = "wéb", []string{reporttest.Root + "/ö"}
			m.take(reporttest.Scanned(reporttest.Changes(foreign(report.Mismatch))))
			second := foreign(report.Stale)
			second.Path += "2"
			third := foreign(report.Stale)
			third.Path += "3"
			m.take(report.Update{Changes: reporttest.Changes(second, third), Errors: []report.PathError{{Path: "/é", Err: errNotStale}}, Progress: report.Progress{Visited: 1}}, reporttest.Scanned(nil))
			m.take(reporttest.Scanned(reporttest.Changes(foreign(report.Stale))))
			m.typed(strings.Fields(keys)...)
			if at := strings.IndexFunc(m.View().Content, notASCII); at >= 0 {
				t.Errorf("%v after %q: %q", size, keys, m.View().Content[at:][:20])
			}
		}
	}
	m, _ := testModel(120, 30, Options{ASCII: true, Break: neverBreak})
	m.take(reporttest.Scanned(reporttest.Changes(foreign(report.Stale))))
	golden.Check(t, "asciinames-120x30", m.shown())
	m.typed("B")
	golden.Check(t, "asciinames-break-120x30", m.shown())
	m.typed("esc", "/", "\\", "u", "0", "1", "5", "b")
	if n := m.list.Matching(); n != 1 {
		t.Errorf("a filter for what is shown finds %d", n)
	}
}
