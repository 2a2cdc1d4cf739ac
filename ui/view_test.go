package ui

import (
	"strings"
	"testing"
	"time"

	"lockscope/ui/golden"

	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
	"lockscope/ui/show"
)

func TestScreens(t *testing.T) {
	walking := report.Update{Changes: reporttest.Fleet(30), Interval: 2 * time.Second,
		Progress: report.Progress{Walking: true, Visited: 31000, Found: 42, Elapsed: 2 * time.Second}}
	unreadRoot := reporttest.Scanned(reporttest.Fleet(30)[len(reporttest.Troubled):])
	unreadRoot.Errors = []report.PathError{unread}
	for _, size := range []struct {
		name          string
		width, height int
	}{{"120x30", 120, 30}, {"80x24", 80, 24}, {"40x12", 40, 12}} {
		for _, test := range []struct {
			name    string
			options Options
			updates []report.Update
			keys    string
		}{
			{"table", Options{}, []report.Update{reporttest.Scanned(reporttest.Fleet(3000))}, "down down down"},
			{"walking", Options{}, []report.Update{walking}, ""},
			{"looking", Options{}, nil, ""},
			{"nothing", Options{}, []report.Update{reporttest.Scanned(nil)}, ""},
			{"healthy", Options{}, []report.Update{reporttest.Scanned(reporttest.Fleet(30)[len(reporttest.Troubled):])}, "!"},
			{"filter", Options{}, []report.Update{reporttest.Scanned(reporttest.Fleet(3000))}, "/ k v d space ! h e l d"},
			{"filtered", Options{}, []report.Update{reporttest.Scanned(reporttest.Fleet(3000))}, "/ e u / enter ! space space s s S"},
			{"nomatch", Options{}, []report.Update{reporttest.Scanned(reporttest.Fleet(30))}, "/ x y z z y enter"},
			{"detail", Options{}, []report.Update{reporttest.Scanned(reporttest.Fleet(30))}, "down down down enter"},
			{"groups", Options{Break: neverBreak}, []report.Update{reporttest.Scanned(reporttest.Fleet(300))}, "t t g j j left"},
			{"initial", Options{States: []report.State{report.Stale, report.Unknown}}, []report.Update{reporttest.Scanned(reporttest.Fleet(30))}, ""},
			{"asciigroups", Options{ASCII: true}, []report.Update{reporttest.Scanned(reporttest.Fleet(300))}, "t"},
			{"asciihelp", Options{ASCII: true}, []report.Update{reporttest.Scanned(reporttest.Fleet(30))}, "?"},
			{"unread", Options{}, []report.Update{unreadRoot}, ""},
			{"help", Options{}, []report.Update{reporttest.Scanned(reporttest.Fleet(30))}, "?"},
			{"readonly", Options{}, []report.Update{reporttest.Scanned(reporttest.Fleet(30))}, "6"},
			{"break", Options{Break: neverBreak}, []report.Update{reporttest.Scanned(reporttest.Fleet(30))}, "6 B"},
			{"breakmany", Options{Break: neverBreak}, []report.Update{reporttest.Scanned(reporttest.Fleet(30))}, "a B 3"},
			{"ascii", Options{ASCII: true, Break: neverBreak}, []report.Update{reporttest.Scanned(reporttest.Fleet(30))}, "6 space B"},
		} {
			t.Run(test.name+"-"+size.name, func(t *testing.T) {
				m, _ := testModel(size.width, size.height, test.options)
				m.take(test.updates...)
				m.typed(strings.Fields(test.keys)...)
				text := m.shown()
				if n := strings.Count(text, "\n"); n != size.height {
					t.Errorf("%d lines on a screen of %d", n, size.height)
				}
				for line := range strings.Lines(text) {
					if show.Width(strings.TrimSuffix(line, "\n")) > size.width {
						t.Errorf("wider than the screen: %q", line)
					}
				}
				golden.Check(t, test.name+"-"+size.name, text)
			})
		}
	}
}

func TestWideScreens(t *testing.T) {
	for _, test := range []struct {
		name, keys    string
		width, height int
	}{
		{"beside-200x60", "j j j", 200, 60},
		{"besidegroup-200x60", "t t g j left k", 200, 60},
		{"besidebreak-200x60", "6 a B", 200, 60},
		{"help-200x60", "?", 200, 60},
		{"scrolled-120x30", "> > >", 120, 30},
		{"columns-80x24", "c 1", 80, 24},
	} {
		m, _ := testModel(test.width, test.height, Options{Break: neverBreak})
		m.take(reporttest.Scanned(reporttest.Fleet(300)))
		m.typed(strings.Fields(test.keys)...)
		golden.Check(t, test.name, m.shown())
	}
}

func TestPausedScreens(t *testing.T) {
	for _, size := range []struct {
		name          string
		width, height int
	}{{"120x30", 120, 30}, {"80x24", 80, 24}, {"40x12", 40, 12}} {
		m, _ := testModel(size.width, size.height, Options{})
		m.take(reporttest.Scanned(reporttest.Fleet(30)))
		m.typed("p")
		m.take(reporttest.Scanned(reporttest.Changes(reporttest.Free("a"), reporttest.Stale("b"))))
		golden.Check(t, "paused-"+size.name, m.shown())
	}
}

func TestTooSmall(t *testing.T) {
	m, _ := testModel(20, 5, Options{})
	if got, want := m.shown(), "too small: 20x5,\nneeds 24x8\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
