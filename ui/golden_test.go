package ui

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"lockscope/scan/repair"
	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
	"lockscope/ui/show"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (go test -update writes it anew):\n%s", file, got)
	}
}

// testModel is a model of a size, at noon, with a source that nobody runs.
func testModel(width, height int, o Options) (*model, *fakeSource) {
	source := newFakeSource()
	o.Source, o.Host, o.Roots, o.Interval = source, "web-07", []string{reporttest.Root}, 2*time.Second
	m := newModel(o)
	m.now = func() time.Time { return reporttest.Noon }
	m.Update(tea.WindowSizeMsg{Width: width, Height: height})
	return m, source
}

func (m *model) take(updates ...report.Update) { m.Update(batchMsg(updates)) }

// keys presses keys, named as bindings name them, and runs no commands.
func (m *model) typed(keys ...string) (cmd tea.Cmd) {
	for _, k := range keys {
		_, cmd = m.Update(press(k))
	}
	return cmd
}

func press(name string) tea.KeyPressMsg {
	switch name {
	case "enter":
		return tea.KeyPressMsg{Code: tea.KeyEnter}
	case "esc":
		return tea.KeyPressMsg{Code: tea.KeyEscape}
	case "tab":
		return tea.KeyPressMsg{Code: tea.KeyTab}
	case "space":
		return tea.KeyPressMsg{Code: tea.KeySpace, Text: " "}
	case "left":
		return tea.KeyPressMsg{Code: tea.KeyLeft}
	case "up":
		return tea.KeyPressMsg{Code: tea.KeyUp}
	case "down":
		return tea.KeyPressMsg{Code: tea.KeyDown}
	case "pgdown":
		return tea.KeyPressMsg{Code: tea.KeyPgDown}
	case "backspace":
		return tea.KeyPressMsg{Code: tea.KeyBackspace}
	}
	return tea.KeyPressMsg{Code: []rune(name)[0], Text: name}
}

// text is what the screen shows, without styles.
func (m *model) shown() string {
	var b strings.Builder
	for line := range strings.SplitSeq(ansi.Strip(m.View().Content), "\n") {
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}

func neverBreak(*report.Report) repair.Attempt {
	return repair.Attempt{Outcome: repair.Refused, Err: errNotStale}
}

func TestScreens(t *testing.T) {
	walking := report.Update{Changes: reporttest.Fleet(30), Interval: 2 * time.Second,
		Progress: report.Progress{Walking: true, Visited: 31000, Found: 42, Elapsed: 2 * time.Second}}
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
			{"groups", Options{Break: neverBreak}, []report.Update{reporttest.Scanned(reporttest.Fleet(300))}, "t t j j left"},
			{"initial", Options{States: []report.State{report.Stale, report.Unknown}}, []report.Update{reporttest.Scanned(reporttest.Fleet(30))}, ""},
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
				golden(t, test.name+"-"+size.name, text)
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
		{"besidegroup-200x60", "t t j left k", 200, 60},
		{"besidebreak-200x60", "6 a B", 200, 60},
	} {
		m, _ := testModel(test.width, test.height, Options{Break: neverBreak})
		m.take(reporttest.Scanned(reporttest.Fleet(300)))
		m.typed(strings.Fields(test.keys)...)
		golden(t, test.name, m.shown())
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
		golden(t, "paused-"+size.name, m.shown())
	}
}

func TestTooSmall(t *testing.T) {
	m, _ := testModel(20, 5, Options{})
	if got, want := m.shown(), "too small: 20x5,\nneeds 24x8\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
