package ui

import (
	"errors"
	"strings"
	"testing"

	"charm.land/bubbles/v2/key"
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

// The sign of a group folds and unfolds it. Beside the sign a click is but a click on a row.
func TestClickOnGroup(t *testing.T) {
	m, _ := testModel(120, 30, Options{})
	m.take(reporttest.Scanned(reporttest.Fleet(10_000)))
	m.typed("t")
	for _, sign := range []string{m.theme.folded, m.theme.unfolded} {
		before := m.list.Len()
		x, y := m.place(t, sign)
		m.Update(tea.MouseClickMsg{X: x + 4, Y: y, Button: tea.MouseLeft})
		if m.list.Len() != before {
			t.Errorf("a click on the name of a group (%s) folds", sign)
		}
		m.draw()
		m.Update(tea.MouseClickMsg{X: x, Y: y, Button: tea.MouseLeft})
		if after := m.list.Len(); (after > before) != (sign == m.theme.folded) {
			t.Errorf("a click on %s: %d rows, then %d", sign, before, after)
		}
		m.draw()
	}
}

func TestClickOnErrors(t *testing.T) {
	m, _ := testModel(120, 30, Options{})
	m.take(report.Update{Changes: reporttest.Fleet(10), Errors: []report.PathError{{Path: "/x", Err: errors.New("open /x: permission denied")}}, Progress: report.Progress{Visited: 1}}, reporttest.Scanned(nil))
	m.clickOn(t, "1 error")
	if text := m.shown(); m.mode != modeLog || !strings.Contains(text, "open /x: permission denied") {
		t.Errorf("a click on the errors shows:\n%s", text)
	}
}

// TestMouseAtTheFoot: a hint is a button. Where it is that of two keys, each has its half.
func TestMouseAtTheFoot(t *testing.T) {
	term := runScreen(t, 120, 30, Options{Break: neverBreak})
	term.show(reporttest.Scanned(reporttest.Fleet(100)))
	term.see("tenant-0412")
	term.click("? help")
	term.see("half a page")
	term.click("esc back")
	term.see("1 of 112")
	term.click("enter detail")
	term.see("observed")
	term.click("q back")
	term.see("1 of 112")
	term.click("! problems")
	term.see("problems only")
	term.click("/ filter")
	term.see("enter keeps it")
	term.send("stale")
	term.see("of 3")
	term.click("enter keeps it")
	term.see("problems only  / stale")
	term.send("gB")
	term.see("[ Cancel ]")
	term.click("tab switch")
	term.see("[ Break ]")
	term.click("esc cancel")
	term.unsee("[ Break ]")
	term.click("q quit")
	if err := term.ended(); err != nil {
		t.Error(err)
	}
}

func TestMouseInTheDetail(t *testing.T) {
	for _, size := range []struct{ width, height int }{{80, 24}, {200, 24}} {
		m, _ := testModel(size.width, size.height, Options{})
		m.take(reporttest.Scanned(reporttest.Fleet(100)))
		x, y := m.place(t, "lock      held")
		m.Update(tea.MouseWheelMsg{X: x, Y: y, Button: tea.MouseWheelDown})
		if text := m.shown(); m.list.Position() != 0 || !strings.Contains(text, "break     not offered") {
			t.Errorf("%d: after the wheel over the detail, on row %d:\n%s", size.width, m.list.Position(), text)
		}
		m.typed("down")
		if m.scroll != 0 {
			t.Error("the detail of another directory is scrolled")
		}
		m.Update(tea.MouseClickMsg{X: x, Y: y, Button: tea.MouseLeft})
		if !m.showsDetailFull() {
			t.Error("a click on the detail does not show it in full")
		}
		m.Update(tea.MouseClickMsg{X: x, Y: y, Button: tea.MouseLeft})
		m.Update(tea.MouseWheelMsg{X: x, Y: y, Button: tea.MouseWheelDown})
		if !m.showsDetailFull() || m.list.Position() != 1 {
			t.Error("a click or the wheel leaves the full detail")
		}
	}
}

// TestKeyPress: every key of the map can be pressed by its name.
func TestKeyPress(t *testing.T) {
	k := newKeyMap(false)
	for _, b := range append(append(k.table(), k.detail()...), append(k.text(), k.Keep, k.Clear, k.Leave, k.Yes, k.No, k.Switch, k.Accept, k.Erase, k.Stop, k.Close, k.Redraw, k.HalfUp)...) {
		for _, name := range b.Keys() {
			if got := keyPress(name); !key.Matches(got, b) {
				t.Errorf("the key %q comes as %q", name, got)
			}
		}
	}
}

// A click on a head of the holders sorts by that column, and a second one reverses.
func TestMouseSortsHolders(t *testing.T) {
	m := withHolders(t, 120, 30, Options{})
	m.typed("h")
	for by, head := range holderHeads {
		if by == int(list.HolderHost) { // this host alone is watched
			continue
		}
		m.clickOn(t, head)
		if h := &m.holders; int(h.by) != by || h.reverse != (by == int(list.HolderWorst)) {
			t.Errorf("a click on %s sorts by %s, reversed: %v", head, holderHeads[h.by], h.reverse)
		}
	}
	m.clickOn(t, "COMMAND")
	if h := &m.holders; h.by != list.HolderCommand || !h.reverse {
		t.Error("a second click does not reverse")
	}
}
