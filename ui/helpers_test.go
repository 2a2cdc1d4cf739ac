package ui

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
	"lockscope/ui/list"
	"lockscope/ui/show"
)

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

// typed presses keys, named as bindings name them, and runs no commands.
func (m *model) typed(keys ...string) (cmd tea.Cmd) {
	for _, k := range keys {
		m.draw()
		_, cmd = m.Update(press(k))
	}
	return cmd
}

// draw draws a frame, as a terminal would.
func (m *model) draw() {
	m.View()
	m.frames.drawn.Store(m.frames.built.Load())
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

// shown is what the screen shows, without styles.
func (m *model) shown() string {
	m.draw()
	var b strings.Builder
	for line := range strings.SplitSeq(ansi.Strip(m.View().Content), "\n") {
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}

func neverBreak(*report.Report) report.Attempt {
	return report.Attempt{Outcome: report.Refused, Err: errNotStale}
}

// place is where a text is to be read on the screen.
func (m *model) place(t *testing.T, text string) (x, y int) {
	t.Helper()
	for line := range strings.Lines(m.shown()) {
		if before, _, ok := strings.Cut(line, text); ok {
			return show.Width(before), y
		}
		y++
	}
	t.Fatalf("no %q on the screen:\n%s", text, m.shown())
	return 0, 0
}

func (m *model) clickOn(t *testing.T, text string) {
	t.Helper()
	x, y := m.place(t, text)
	m.Update(tea.MouseClickMsg{X: x + 1, Y: y, Button: tea.MouseLeft})
}

// at is a row's path below the root.
func at(r *list.Row) string {
	if r == nil {
		return "nothing"
	}
	return strings.TrimPrefix(r.Report.Path, reporttest.Root+"/")
}

// listed are the paths of the directories that match, in order.
func listed(l *list.List) (paths []string) {
	for _, r := range l.Matched() {
		paths = append(paths, at(r))
	}
	return paths
}

func now(s reporttest.Dir) report.Update {
	return reporttest.Scanned([]report.Change{{Report: s.Report()}})
}

var errNotStale = errors.New("changed since you looked: held by 4711")

// fakeSource hands over what a test puts into it, and notes what it is asked.
type fakeSource struct {
	updates chan report.Update

	mu       sync.Mutex
	observed [][]string
	walked   int
	interval []time.Duration
}

func newFakeSource() *fakeSource { return &fakeSource{updates: make(chan report.Update, 16)} }

func (s *fakeSource) Run(ctx context.Context, sink func(report.Update)) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case u := <-s.updates:
			sink(u)
		}
	}
}

func (s *fakeSource) Observe(paths ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.observed = append(s.observed, paths)
}

func (s *fakeSource) Walk() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.walked++
}

func (s *fakeSource) SetInterval(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.interval = append(s.interval, d)
}
