package ui

import (
	"strings"
	"testing"
	"time"
	"unicode"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
	"lockscope/ui/show"
)

// TestEverySize draws every kind of screen in every size.
func TestEverySize(t *testing.T) {
	for _, keys := range []string{"", "?", "l", "enter", "enter enter", "6 B", "a B", "a B 3 enter", "/ k v", "t", "/ x x enter", "! a"} {
		m, _ := testModel(80, 24, Options{Break: neverBreak})
		m.take(reporttest.Scanned(reporttest.Fleet(60)))
		m.take(reporttest.Scanned(reporttest.Changes(reporttest.Stale("a/very/" + strings.Repeat("長い", 80)))))
		m.typed(strings.Fields(keys)...)
		for _, w := range []int{1, 2, 23, 24, 31, 39, 40, 41, 60, 79, 80, 81, 120, 159, 160, 200} {
			for _, h := range []int{1, 7, 8, 12, 13, 14, 19, 20, 24, 30, 60} {
				m.Update(tea.WindowSizeMsg{Width: w, Height: h})
				lines := strings.Split(ansi.Strip(m.View().Content), "\n")
				if w >= minWidth && h >= minHeight && len(lines) != h {
					t.Fatalf("%q at %d×%d: %d lines", keys, w, h, len(lines))
				}
				for _, line := range lines {
					if show.Width(line) > w {
						t.Fatalf("%q at %d×%d: %d cells in %q", keys, w, h, show.Width(line), line)
					}
				}
			}
		}
	}
}

func TestNothingIsDoneUnseen(t *testing.T) {
	var b breaker
	m, _ := testModel(80, 24, Options{Break: b.breakStale})
	m.take(reporttest.Scanned(reporttest.Fleet(10)))
	m.typed("6", "B")
	m.Update(tea.WindowSizeMsg{Width: 20, Height: 5})
	if cmd := m.typed("y"); cmd != nil || m.dialog.phase != phaseConfirm {
		t.Error("y broke a lock on a screen too small to show the dialog")
	}
}

// FuzzView checks that nothing from outside reaches the terminal as it is.
func FuzzView(f *testing.F) {
	f.Add("a\x1b]0;title\x07", "kvd\x00\x9b31m\u202e", "8121\r\n")
	f.Add("\xff\xfe/\u2028", "\u200b\ufeff", "\x1b")
	f.Fuzz(func(t *testing.T, path, commandLine, user string) {
		h := reporttest.Holder(7, commandLine, time.Hour)
		h.Process.User = user
		m, _ := testModel(120, 30, Options{Break: neverBreak})
		m.take(reporttest.Scanned(reporttest.Changes(reporttest.Dir{Path: path, State: report.Mismatch, PID: 9, Written: time.Hour, Holders: []report.Holder{h},
			Owner: h.Process, Temps: []string{user}}, reporttest.Dir{Path: "x" + path, State: report.Stale, PID: 8, Temps: []string{user}})))
		for _, keys := range []string{"", "enter", "l", "q enter G B", "esc y", "t"} {
			m.typed(strings.Fields(keys)...)
			for _, r := range ansi.Strip(m.View().Content) {
				if r != '\n' && !unicode.IsPrint(r) {
					t.Fatalf("%U is on the screen after %q:\n%q", r, keys, m.View().Content)
				}
			}
			if n := strings.Count(m.View().Content, "\x1b"); n != strings.Count(m.View().Content, "\x1b[") {
				t.Fatalf("an escape sequence that is no style after %q: %q", keys, m.View().Content)
			}
		}
	})
}
