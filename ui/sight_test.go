package ui

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
	"lockscope/ui/list"
)

// worse is a split directory, the first in order of severity and of path.
func worse(path string) report.Update {
	d := reporttest.Troubled[0]
	d.Path = path
	return now(d)
}

// TestDetailStaysWithItsDirectory: what is read stays, whatever becomes worse.
func TestDetailStaysWithItsDirectory(t *testing.T) {
	for _, width := range []int{80, 200} {
		term := runScreen(t, width, 24, Options{Break: neverBreak})
		term.show(reporttest.Scanned(reporttest.Changes(reporttest.Stale("b"), reporttest.Free("c"))))
		term.see("2 dirs")
		term.send("\r")
		term.see("esc q back") // in full: where it is beside the table, it says as much before the key
		term.show(worse("a"))
		term.see("3 dirs")
		if text := term.text(); !strings.Contains(text, "/srv/tenants/b") || strings.Contains(text, "/srv/tenants/a") {
			t.Errorf("the detail is of another directory:\n%s", text)
		}
		term.send("y")
		term.see("sent to the terminal: /srv/tenants/b")
		term.send("q")
		term.see("2 of 3")
	}
}

// TestDetailOfMovedDirectory: a directory that was moved away is told to be gone, there and in the
// table, and nothing can be done to it or to another one in its place.
func TestDetailOfMovedDirectory(t *testing.T) {
	for _, full := range []bool{true, false} {
		term := runScreen(t, 120, 30, Options{Break: neverBreak})
		term.show(reporttest.Scanned(reporttest.Changes(reporttest.Stale("b"), reporttest.Stale("d"))))
		term.see("2 dirs")
		term.send("g")
		if full {
			term.send("\r")
			term.see("observed")
		}
		term.show(reporttest.Scanned(reporttest.Changes(reporttest.Stale("c")), reporttest.Root+"/b"))
		term.see("removed or moved")
		for _, key := range []string{"B", "y", "Y"} {
			term.send(key)
			term.see("the directory is gone: nothing to do there")
			term.send("+") // another notice
			term.unsee("nothing to do there")
		}
		text := term.text()
		if !strings.Contains(text, "/srv/tenants/b") || strings.Contains(text, "/srv/tenants/c") || strings.Contains(text, "removes what is stale") {
			t.Errorf("the detail is of another directory, or offers something:\n%s", text)
		}
		if strings.Contains(term.written(), "\x1b]52") {
			t.Error("something was copied")
		}
		term.send("q")
		if full {
			term.see("- gone")
			term.send("j")
			term.unsee("- gone")
			term.see("1 of 2")
		}
	}
}

// TestFirstKeyIsAboutWhatWasDrawn: what came between the frame and the key is not what was meant.
func TestFirstKeyIsAboutWhatWasDrawn(t *testing.T) {
	for name, between := range map[string]report.Update{
		"another above": now(reporttest.Stale("a")),
		"gone":          reporttest.Scanned(nil, reporttest.Root+"/b"),
		"healthy":       now(reporttest.Free("b")),
	} {
		m, _ := testModel(80, 24, Options{Break: neverBreak})
		m.take(reporttest.Scanned(reporttest.Changes(reporttest.Stale("b"), reporttest.Stale("c"))))
		m.draw()
		m.take(between)
		m.Update(press("B"))
		if got := at(m.list.Current()); got != "b" {
			t.Errorf("%s: the cursor is on %s", name, got)
		}
		if m.mode == modeDialog && m.dialog.targets[0].seen.Path != reporttest.Root+"/b" {
			t.Errorf("%s: asks about %s", name, m.dialog.targets[0].seen.Path)
		}
		if asks := m.mode == modeDialog; asks != (name == "another above") {
			t.Errorf("%s: asks is %t, says %q", name, asks, m.notice)
		}
	}
}

// TestClickIsOnWhatWasDrawn: the row that was there, not the one that came there since.
func TestClickIsOnWhatWasDrawn(t *testing.T) {
	m, _ := testModel(80, 24, Options{})
	m.take(reporttest.Scanned(reporttest.Changes(reporttest.Stale("b"), reporttest.Stale("c"))))
	_, y := m.place(t, "~ stale      c")
	m.take(now(reporttest.Stale("a")))
	m.Update(tea.MouseClickMsg{X: 1, Y: y, Button: tea.MouseLeft})
	if r := m.list.Current(); at(r) != "c" || !r.Selected || m.list.Selected() != 1 {
		t.Errorf("the click was on %s", at(r))
	}
}

// TestTopRowUntilTheFirstKey: help, and drawing again, are no decision.
func TestTopRowUntilTheFirstKey(t *testing.T) {
	for _, test := range []struct {
		keys []tea.KeyPressMsg
		want string
	}{
		{nil, "a"},
		{[]tea.KeyPressMsg{keyPress("?"), keyPress("q")}, "a"},
		{[]tea.KeyPressMsg{keyPress("ctrl+l")}, "a"},
		{[]tea.KeyPressMsg{keyPress("p"), keyPress("p")}, "b"},
		{[]tea.KeyPressMsg{keyPress("s")}, "b"},
		{[]tea.KeyPressMsg{keyPress("enter")}, "b"},
	} {
		m, _ := testModel(80, 24, Options{})
		m.take(reporttest.Scanned(reporttest.Changes(reporttest.Stale("b"))))
		for _, k := range test.keys {
			m.draw()
			m.Update(k)
		}
		m.take(worse("a"))
		if got := at(m.list.Current()); got != test.want {
			t.Errorf("after %v on %s, want %s", test.keys, got, test.want)
		}
	}
}

// TestSeen: a frame is seen once it was written, and one that looks the same as if it was.
func TestSeen(t *testing.T) {
	var f frames
	a, b, again := &frame{content: "a", cursor: &list.Row{}}, &frame{content: "b"}, &frame{content: "a", cursor: &list.Row{}}
	for i, step := range []struct{ built, drawn, want *frame }{{a, nil, nil}, {a, a, a}, {b, a, a}, {b, b, b}, {again, a, again}} {
		f.built.Store(step.built)
		f.drawn.Store(step.drawn)
		if got := f.seen(); got != step.want && (step.want != nil || got.content != "") {
			t.Errorf("step %d: %v", i, got)
		}
	}
}

// TestDetailCoversTheTable: what cannot be seen does not change.
func TestDetailCoversTheTable(t *testing.T) {
	m, _ := testModel(80, 24, Options{Break: neverBreak})
	m.take(reporttest.Scanned(reporttest.Fleet(100)))
	m.typed("enter")
	before := func() string {
		return fmt.Sprint(m.list.Classes(), m.list.Order(), m.list.Selected(), m.list.Grouping(), at(m.list.Current()), m.list.Matching(), m.mode)
	}
	want := before()
	for _, key := range []string{"!", "s", "S", "a", "u", "t", "0", "1", "6", "space", "left", "/", "e", "8"} {
		if m.typed(key); before() != want {
			t.Fatalf("%s: %s, before %s", key, before(), want)
		}
	}
	m.Update(tea.MouseClickMsg{X: 2, Y: countersY, Button: tea.MouseLeft})
	if before() != want {
		t.Errorf("a click on a counter: %s, before %s", before(), want)
	}
	if text := m.shown(); !strings.Contains(text, "esc q back") || !strings.Contains(text, "space page") {
		t.Errorf("the foot does not say what works:\n%s", text)
	}
	m.typed("n")
	if got := at(m.list.Current()); got != "us/shard-02/tenant-0077/data" || !m.showsDetailFull() {
		t.Errorf("n shows %s", got)
	}
	if cmd := m.typed("q"); cmd != nil || m.showsDetailFull() || !m.showsPane() {
		t.Error("q does not go back")
	}
}

func TestSpacePages(t *testing.T) {
	m, _ := testModel(40, 12, Options{})
	m.take(reporttest.Scanned(reporttest.Fleet(0)))
	m.typed("enter", "space")
	if want := m.layout().body; m.scroll != want {
		t.Errorf("scrolled by %d lines, want %d", m.scroll, want)
	}
}

// TestEnterAndEscape: enter goes on to more of the detail, and back; esc back to less.
func TestEnterAndEscape(t *testing.T) {
	m, _ := testModel(120, 30, Options{})
	m.take(reporttest.Scanned(reporttest.Fleet(10)))
	for i, step := range []struct {
		key          string
		full, beside bool
	}{{"enter", true, false}, {"enter", false, true}, {"enter", true, false}, {"esc", false, true}, {"esc", false, false},
		{"esc", false, false}, {"enter", false, true}, {"enter", true, false}, {"q", false, true}} {
		if m.typed(step.key); m.showsDetailFull() != step.full || m.showsPane() != step.beside {
			t.Errorf("step %d, %s: full %t, with the table %t", i, step.key, m.showsDetailFull(), m.showsPane())
		}
	}
	m.typed("6", "esc")
	if m.list.Filtered() || !m.showsPane() {
		t.Error("esc first shows all again")
	}
}
