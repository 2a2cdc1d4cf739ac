package ui

import (
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
	"lockscope/ui/list"
	"lockscope/ui/show"
)

func TestMouse(t *testing.T) {
	m, _ := testModel(120, 30, Options{})
	m.take(reporttest.Scanned(reporttest.Fleet(100)))

	m.clickOn(t, "tenant-1180")
	if got := at(m.list.Current()); got != "us/shard-11/tenant-1180/data" {
		t.Errorf("a click on a row puts the cursor on %s", got)
	}
	_, y := m.place(t, "tenant-0931")
	m.Update(tea.MouseClickMsg{X: 1, Y: y, Button: tea.MouseLeft})
	if m.list.Selected() != 1 || !m.list.Current().Selected {
		t.Errorf("a click in front of a row selects %d", m.list.Selected())
	}
	m.Update(tea.MouseWheelMsg{Button: tea.MouseWheelDown})
	if got, want := m.list.Position(), 5+wheelStep; got != want {
		t.Errorf("the wheel moves to row %d, want %d", got, want)
	}
	for _, column := range []struct {
		head string
		by   show.Column
	}{{"DIRECTORY", show.ColumnDirectory}, {"PIDFILE", show.ColumnPidfile}, {"HOLDER", show.ColumnHolder}, {"COMMAND", show.ColumnCommand}, {"SINCE", show.ColumnSince}, {"STATE", show.ColumnState}} {
		m.clickOn(t, column.head)
		if want := (list.Order{Column: column.by}); m.list.Order() != want {
			t.Errorf("a click on %s sorts by %v, want %v", column.head, m.list.Order(), want)
		}
		m.clickOn(t, column.head)
		if !m.list.Order().Reverse {
			t.Errorf("another click on %s does not reverse", column.head)
		}
	}
	m.clickOn(t, "3 stale")
	if got := m.list.Matching(); got != 3 {
		t.Errorf("a click on the counter shows %d, want the 3 stale", got)
	}
	m.clickOn(t, "3 stale")
	if got := m.list.Matching(); got != 112 {
		t.Errorf("another click shows %d, want all", got)
	}
}

func TestClickOnErrors(t *testing.T) {
	m, _ := testModel(120, 30, Options{})
	m.take(report.Update{Changes: reporttest.Fleet(10), Errors: []report.PathError{{Path: "/x", Err: errors.New("open /x: permission denied")}}, Progress: report.Progress{Visited: 1}}, reporttest.Scanned(nil))
	m.clickOn(t, "1 error")
	if text := m.shown(); m.mode != logging || !strings.Contains(text, "open /x: permission denied") {
		t.Errorf("a click on the errors shows:\n%s", text)
	}
}

func TestMouseNeverConsents(t *testing.T) {
	var b breaker
	m, _ := testModel(120, 30, Options{Break: b.breakStale})
	m.take(reporttest.Scanned(reporttest.Fleet(10)))
	m.typed("6", "B")
	m.clickOn(t, "Break  ")
	if m.mode != asking || m.dialog.phase != asks || m.dialog.accept {
		t.Error("a click did something to the dialog")
	}
}

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
	golden(t, "log-120x40", m.shown())
	m.Update(tea.WindowSizeMsg{Width: 40, Height: 12})
	golden(t, "log-40x12", m.shown())
	m.typed("G", "esc")
	if m.mode != browsing {
		t.Error("esc does not leave the log")
	}
}

// The filter is the table's: esc leaves what is shown instead of it.
func TestFilterIsTheTables(t *testing.T) {
	m, _ := testModel(120, 30, Options{})
	m.take(reporttest.Scanned(reporttest.Fleet(10)))
	m.typed("6")
	for _, key := range []string{"l", "?", "enter"} {
		if text := m.shown(); !strings.Contains(text, "esc shows all") {
			t.Fatalf("the table does not say that it is filtered:\n%s", text)
		}
		m.typed(key)
		if text := m.shown(); strings.Contains(text, "esc shows all") {
			t.Errorf("after %s:\n%s", key, text)
		}
		m.typed("esc")
	}
}

func TestChangesStandOutOnce(t *testing.T) {
	m, _ := testModel(120, 30, Options{})
	m.take(reporttest.Scanned(reporttest.Changes(reporttest.Stale("0"), reporttest.Free("a"), reporttest.Free("b"))))
	calm := m.View().Content
	m.take(reporttest.Scanned(reporttest.Changes(reporttest.Free("a"))))
	if m.View().Content != calm {
		t.Error("a row stands out that did not change")
	}
	m.take(reporttest.Scanned(reporttest.Changes(reporttest.Stale("b"))))
	m.take(reporttest.Scanned(nil))
	loud := m.View().Content
	m.now = func() time.Time { return reporttest.Noon.Add(flashTime) }
	m.Update(tickMsg{})
	if m.View().Content == loud {
		t.Error("the row still stands out")
	}
}

// TestNothingChanges: a frame that is the same costs no byte.
func TestNothingChanges(t *testing.T) {
	m, _ := testModel(120, 40, Options{})
	m.take(reporttest.Scanned(reporttest.Fleet(1000)[:8])) // nothing younger than a minute
	m.typed("down")
	before := m.View()
	for i := range 30 {
		m.now = func() time.Time { return reporttest.Noon.Add(time.Duration(i) * time.Second) }
		u := reporttest.Scanned(nil)
		u.Summary.Duration += time.Duration(i) * time.Millisecond
		m.take(u, report.Update{Interval: 2 * time.Second})
		m.Update(tickMsg{})
		if after := m.View(); after.Content != before.Content {
			t.Fatalf("after %d s the frame is another:\n%s", i, m.shown())
		}
	}
}

func TestExport(t *testing.T) {
	t.Chdir(t.TempDir())
	m, _ := testModel(120, 30, Options{})
	m.take(reporttest.Scanned(reporttest.Fleet(10)))
	m.typed("6")
	for _, want := range []string{"wrote 3 directories to ", "not written: "} { // the second would overwrite the first
		m.Update(m.typed("e")())
		if !strings.HasPrefix(m.notice, want) {
			t.Errorf("says %q, want %s", m.notice, want)
		}
	}
	text, err := os.ReadFile("lockscope-20261122-160600.json")
	if err != nil {
		t.Fatal(err)
	}
	var document struct{ Dirs []struct{ State string } }
	if err := json.Unmarshal(text, &document); err != nil || len(document.Dirs) != 3 || document.Dirs[0].State != "stale" {
		t.Errorf("wrote %s, %v", text, err)
	}
}

func TestCompletionKey(t *testing.T) {
	m, _ := testModel(120, 30, Options{})
	m.take(reporttest.Scanned(reporttest.Fleet(10)))
	for _, r := range "/state:sta" {
		m.typed(string(r))
	}
	m.typed("tab")
	if got := m.filter.Value(); got != "state:stale" {
		t.Errorf("tab makes it %q", got)
	}
}

func TestStateKeys(t *testing.T) {
	m, _ := testModel(120, 30, Options{})
	m.take(reporttest.Scanned(reporttest.Fleet(10)))
	for _, step := range []struct{ key, want string }{
		{"1", "split"}, {"6", "split stale"}, {"1", "stale"}, {"6", ""}, {"9", "free"}, {"!", "split unguarded orphaned mismatch unnamed stale unknown"},
		{"2", "unguarded"}, {"!", "split unguarded orphaned mismatch unnamed stale unknown"}, {"!", ""}, {"8", "held"}, {"0", ""},
	} {
		m.typed(step.key)
		var got []string
		for _, c := range m.list.Classes().List() {
			got = append(got, c.String())
		}
		if strings.Join(got, " ") != step.want {
			t.Errorf("after %s: %s, want %s", step.key, got, step.want)
		}
	}
}

func TestIntervalKeys(t *testing.T) {
	m, source := testModel(120, 30, Options{})
	m.take(reporttest.Scanned(reporttest.Fleet(10)))
	m.typed("+", "+", "-", "-")
	want := []time.Duration{5 * time.Second, 10 * time.Second, 5 * time.Second, 2 * time.Second}
	if !slices.Equal(source.interval, want) {
		t.Errorf("asked for %v, want %v", source.interval, want)
	}
	if !strings.Contains(m.shown(), "every 2s ● live") {
		t.Errorf("the header:\n%s", m.shown())
	}
	m.typed("r", "R")
	if len(source.observed) != 1 || source.walked != 1 {
		t.Errorf("r and R asked for %d looks and %d walks", len(source.observed), source.walked)
	}
}

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
	m.now = func() time.Time { return reporttest.Noon.Add(5*time.Minute + flashTime) }
	m.Update(tickMsg{})
	if picture() == loud {
		t.Error("what changed meanwhile does not stand out")
	}
}

func TestSilence(t *testing.T) {
	m, _ := testModel(120, 30, Options{})
	m.take(reporttest.Scanned(reporttest.Fleet(10)))
	m.now = func() time.Time { return reporttest.Noon.Add(time.Minute) }
	if !strings.Contains(m.shown(), "no answer for 1m") {
		t.Errorf("says it is live:\n%s", m.shown())
	}
	m.Update(endedMsg{errors.New("no more")})
	if !strings.Contains(m.shown(), "stopped") {
		t.Errorf("says it is live:\n%s", m.shown())
	}
}

func TestNoActionOnGroup(t *testing.T) {
	m, source := testModel(120, 30, Options{Break: neverBreak})
	m.take(reporttest.Scanned(reporttest.Fleet(100)))
	m.typed("t", "B", "y", "Y")
	if m.mode == asking || m.notice != "" || len(source.observed) > 0 {
		t.Errorf("a key for directories did something to a group: mode %d, %q", m.mode, m.notice)
	}
	m.typed("enter")
	if r := m.list.Current(); r.Group == nil || !r.Group.Folded {
		t.Error("enter does not fold a group")
	}
}
