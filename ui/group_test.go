package ui

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
)

// The groups of many directories are an overview, and are opened and folded all at once.
func TestManyGroupsAreFolded(t *testing.T) {
	m, _ := testModel(120, 30, Options{})
	m.take(reporttest.Scanned(reporttest.Fleet(10_000)))
	for _, by := range []string{"first part", "first 2 parts"} {
		m.typed("t")
		if text := m.shown(); !strings.Contains(text, by) || strings.Contains(text, "▾") {
			t.Errorf("not folded by the %s:\n%s", by, text)
		}
	}
	heads := m.list.Len()
	m.typed("T")
	if n := m.list.Len(); n != heads+10_012 || strings.Contains(m.shown(), "▸") {
		t.Errorf("T opens %d of %d", n-heads, 10_012)
	}
	m.typed("left", "T")
	if m.list.Len() != heads {
		t.Errorf("T does not fold the rest: %d lines", m.list.Len())
	}
	few, _ := testModel(120, 30, Options{})
	few.take(reporttest.Scanned(reporttest.Fleet(30)))
	few.typed("t")
	if strings.Contains(few.shown(), "▸") {
		t.Errorf("few directories are folded:\n%s", few.shown())
	}
}

// The position counts directories. That of a head is all of its group's.
func TestPositionAmongGroups(t *testing.T) {
	m, _ := testModel(120, 30, Options{})
	m.take(reporttest.Scanned(reporttest.Fleet(30)))
	m.typed("t", "g")
	for _, step := range []struct{ key, want string }{
		{"", "1–21 of 42"}, {"down", " 1 of 42"}, {"down", " 2 of 42"}, {"left", "1–21 of 42"}, {"down", "22–42 of 42"}, {"down", " 22 of 42"}, {"G", " 42 of 42"},
	} {
		if step.key != "" {
			m.typed(step.key)
		}
		if !strings.Contains(m.shown(), step.want) {
			t.Errorf("after %q: no %q:\n%s", step.key, step.want, m.shown())
		}
	}
}

// What a key does to a directory, it does on the head of a group to all of its directories.
func TestKeysActOnGroup(t *testing.T) {
	m, _ := testModel(120, 30, Options{Break: neverBreak})
	m.take(reporttest.Scanned(reporttest.Fleet(30)))
	m.typed("t", "g") // eu/, with 2 of the 3 stale ones
	if text := sent(t, m.typed("y")); strings.Count(text, " /srv/tenants/") != 20 || m.notice != "sent to the terminal: 21 paths" {
		t.Errorf("y: %q, says %q", text, m.notice)
	}
	if text := sent(t, m.typed("Y")); !strings.Contains(text, "; lockscope --break-stale") || m.notice != "sent to the terminal: 6 commands" {
		t.Errorf("Y: %q, says %q", text, m.notice)
	}
	m.typed("space")
	if m.list.Selected() != 21 || m.notice != "21 directories of the group, 21 selected" {
		t.Errorf("space: %d selected, %q", m.list.Selected(), m.notice)
	}
	m.typed("u", "B")
	if m.mode != modeDialog || len(m.dialog.targets) != 2 {
		t.Fatalf("B: mode %d, %v", m.mode, m.dialog)
	}
	m.typed("esc", "enter")
	if r := m.list.Current(); r.Group == nil || !r.Group.Folded {
		t.Error("enter does not fold a group")
	}

	m, _ = testModel(120, 30, Options{Break: neverBreak})
	many := reporttest.Fleet(0)
	for i := range 3000 {
		many = append(many, reporttest.Changes(reporttest.Free(fmt.Sprintf("free/%d", i)))...)
	}
	m.take(reporttest.Scanned(many))
	m.typed("t", "G")
	for key, want := range map[string]string{
		"y": "3,000 paths are too long for a clipboard", "Y": "nothing to copy: none of these", "B": "break not offered: none of the 3,000 in the group is stale",
	} {
		if cmd := m.typed(key); cmd != nil || !strings.HasPrefix(m.notice, want) {
			t.Errorf("%s: %q, want %q", key, m.notice, want)
		}
	}
}

// sent is the text that a command sends to the terminal's clipboard.
func sent(t *testing.T, cmd tea.Cmd) string {
	t.Helper()
	if cmd == nil {
		t.Fatal("nothing is sent")
	}
	raw, _ := cmd().(tea.RawMsg)
	_, text, _ := strings.Cut(fmt.Sprint(raw.Msg), "52;c;")
	decoded, err := base64.StdEncoding.DecodeString(strings.TrimRight(text, "\a"))
	if err != nil {
		t.Fatalf("%q: %v", raw.Msg, err)
	}
	return string(decoded)
}

// With several roots, the first groups are these.
func TestGroupsByRoot(t *testing.T) {
	m, _ := testModel(120, 30, Options{})
	a, b := reporttest.Stale("one/x/1").Report(), reporttest.Free("two/x/2").Report()
	c := reporttest.Free("two/x/3").Report()
	a.Root, b.Root, c.Root = reporttest.Root+"/one", reporttest.Root+"/two", reporttest.Root+"/two"
	m.take(reporttest.Scanned([]report.Change{{Report: a}, {Report: b}, {Report: c}}))
	m.typed("t")
	if text := m.shown(); !strings.Contains(text, "grouped by root") || !strings.Contains(text, "▾ two/") {
		t.Errorf("not by root:\n%s", text)
	}
}

// However narrow the screen, the head of a group says which it is.
func TestGroupNameInSight(t *testing.T) {
	for width := minWidth; width < 60; width++ {
		m, _ := testModel(width, 24, Options{})
		m.take(reporttest.Scanned(reporttest.Fleet(300)))
		m.typed("t", "g")
		lines := strings.Split(m.shown(), "\n")
		if head := lines[bodyY+1]; !strings.Contains(head, "eu") && !strings.Contains(head, "us") && !strings.Contains(head, "ap") {
			t.Errorf("at %d: %q", width, head)
		}
	}
}
