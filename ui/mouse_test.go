package ui

import (
	"errors"
	"strings"
	"testing"

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
	if text := m.shown(); m.mode != modeLog || !strings.Contains(text, "open /x: permission denied") {
		t.Errorf("a click on the errors shows:\n%s", text)
	}
}
