package ui

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lockscope/lock"
	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
	"lockscope/ui/golden"
)

// onHost are reports that a host has told, with what a break there needs.
func onHost(host string, dirs ...reporttest.Dir) []report.Change {
	changes := reporttest.Changes(dirs...)
	for _, c := range changes {
		c.Report.Host = host
		if c.Report.Breakable() {
			seen := c.Report.Evidence.Evidence
			c.Report.Seen = &seen
		}
	}
	return changes
}

// aFleet is a screen on which two hosts have the same directories, and a third is lost.
func aFleet(w, h int) (*model, *fakeSource) {
	m, source := testModel(w, h, Options{Hosts: []string{"web-01", "web-02:2222", "db"}, Break: neverBreak})
	stale, held := reporttest.Stale("eu/a"), reporttest.Held("eu/b", 7)
	lost := report.Lost{Host: "db", Why: report.HostSilent, Text: "nothing for 15s", Since: reporttest.Noon.Add(-time.Minute), Known: true}
	changes := slices.Concat(onHost("web-01", stale, held), onHost("web-02:2222", stale, held), onHost("db", stale))
	m.take(reporttest.Scanned(append(changes, report.Change{Report: lost.Report(), New: true})))
	return m, source
}

func TestFleetScreens(t *testing.T) {
	for _, size := range [][2]int{{120, 30}, {80, 24}, {40, 12}} {
		m, _ := aFleet(size[0], size[1])
		golden.Check(t, fmt.Sprintf("fleet-%dx%d", size[0], size[1]), m.shown())
		m.typed("down", "B") // what is above is on a host that is lost
		golden.Check(t, fmt.Sprintf("fleetbreak-%dx%d", size[0], size[1]), m.shown())
		m.typed("esc", "t", "g")
		golden.Check(t, fmt.Sprintf("fleetgroups-%dx%d", size[0], size[1]), m.shown())
	}
}

// While the slowest host is not heard of, nothing is walked, and the header does not say so.
func TestHeaderWaitsForHosts(t *testing.T) {
	m, _ := testModel(120, 30, Options{Hosts: []string{"web-01", "db"}})
	m.take(report.Update{Changes: onHost("web-01", reporttest.Stale("eu/a")), Progress: report.Progress{Walking: true, Elapsed: 5 * time.Second}})
	if text := m.shown(); !strings.Contains(text, "1 dir ● waiting for hosts") {
		t.Errorf("\n%s", text)
	}
	m.take(report.Update{Progress: report.Progress{Walking: true, Visited: 70, Elapsed: 7 * time.Second}})
	if text := m.shown(); !strings.Contains(text, "70 walked · 10/s ● walking") {
		t.Errorf("\n%s", text)
	}
	m.take(report.Update{Progress: report.Progress{Visited: 70, Elapsed: 8 * time.Second}, Summary: &report.Summary{Dirs: 1}})
	if text := m.shown(); !strings.Contains(text, "● live") {
		t.Errorf("\n%s", text)
	}
}

// The group of a host that is lost says why, folded too, and calls it what the table calls it.
func TestLostGroups(t *testing.T) {
	m, _ := aFleet(120, 40)
	m.typed("t", "T", "g")
	if text := m.shown(); !strings.Contains(text, "1 stale  lost (says nothing any more)") || !strings.Contains(text, "lost        db says nothing any more: nothing for 15s.") {
		t.Errorf("\n%s", text)
	}
	if text := m.shown(); strings.Index(text, "lost        db says") > strings.Index(text, "   stale       eu/a") {
		t.Errorf("what is lost does not come first:\n%s", text)
	}
	m.typed("T", "down", "B")
	if want := "break not offered: this is a host"; !strings.Contains(m.shown(), want) {
		t.Errorf("no %q in\n%s", want, m.shown())
	}
}

// The same PID is another process on another host.
func TestFleetHolders(t *testing.T) {
	for _, size := range [][2]int{{120, 30}, {80, 24}, {40, 12}} {
		m, _ := aFleet(size[0], size[1])
		m.typed("h")
		golden.Check(t, fmt.Sprintf("fleetholders-%dx%d", size[0], size[1]), m.shown())
	}
	m, _ := aFleet(120, 30)
	m.take(report.Update{Handoffs: []report.Handoff{{
		Host: "web-02:2222", Path: reporttest.Root + "/eu/b", From: report.Peer{PID: 6}, To: report.Peer{PID: 7}, Acquired: reporttest.Noon,
	}}})
	m.typed("h", "/")
	for _, r := range "host:web pid:7" {
		m.typed(string(r))
	}
	m.typed("enter", "s") // by host
	var got []string
	for _, h := range m.holders.scroll.Items() {
		got = append(got, fmt.Sprint(h.Host, " ", h.PID, " ", h.Holds, " ", h.Handoffs))
	}
	if want := []string{"web-01 7 1 0", "web-02:2222 7 1 1"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	m.typed("G", "enter")
	if got, want := m.filter.text(), `pid:7 host:~^web-02:2222$`; got != want {
		t.Errorf("the table is filtered by %s, want %s", got, want)
	}
	if rows := m.list.Matched(); len(rows) != 1 || rows[0].Report.Host != "web-02:2222" {
		t.Errorf("%d rows", len(rows))
	}
}

// Two directories of one path are two: what is done is done to the one that is shown.
func TestFleetRowsAreApart(t *testing.T) {
	m, source := aFleet(120, 30)
	if n := m.list.Total(); n != 6 {
		t.Errorf("%d rows", n)
	}
	m.typed("/")
	for _, r := range "host:web-02" {
		m.typed(string(r))
	}
	m.typed("enter", "g", "space")
	if got := m.list.Selection(); len(got) != 1 || got[0].Report.Host != "web-02:2222" {
		t.Errorf("%d are selected", len(got))
	}
	m.typed("B")
	m.shown() // what was not shown is not broken
	m.Update(m.typed("y")())
	if want := "web-02:2222:" + reporttest.Root + "/eu/a"; len(source.observed) != 1 || !slices.Equal(source.observed[0], []string{want}) {
		t.Errorf("asked for %q, want %s", source.observed, want)
	}
	m.typed("esc", "esc")
	m.take(report.Update{Gone: []string{report.Key("web-01", reporttest.Root+"/eu/a"), "db"}})
	if n := m.list.Total(); n != 4 {
		t.Errorf("%d rows are left", n)
	}
}

// What was seen of a lost host says as of when, until the host is back.
func TestFleetLostHost(t *testing.T) {
	m, _ := aFleet(120, 40)
	m.typed("down") // what is above is about the host itself
	as := reporttest.Noon.Add(-time.Minute).Local()
	rowOf := func(host string) string {
		for line := range strings.Lines(m.shown()) {
			if strings.Contains(line, "stale ") && strings.Contains(line, " "+host+" ") {
				return strings.TrimSpace(line)
			}
		}
		t.Fatalf("no row of %s:\n%s", host, m.shown())
		return ""
	}
	if row := rowOf("db"); !strings.HasSuffix(row, as.Format("15:04")) {
		t.Errorf("%q", row)
	}
	if row := rowOf("web-01"); strings.HasSuffix(row, as.Format("15:04")) {
		t.Errorf("%q", row)
	}
	if text := m.shown(); !strings.Contains(text, "as of     "+as.Format(time.TimeOnly)) { // the cursor is on it
		t.Errorf("the detail does not say so:\n%s", text)
	}
	m.take(report.Update{Gone: []string{"db"}})
	if row := rowOf("db"); strings.HasSuffix(row, as.Format("15:04")) {
		t.Errorf("it is back: %q", row)
	}
}

// A host that is lost while somebody watches is told as that, and not as a directory; so is its return.
func TestFleetHostComesAndGoes(t *testing.T) {
	m, _ := aFleet(120, 30)
	m.typed("N", "esc")
	lost := report.Lost{Host: "web-01", Why: report.HostSilent, Since: reporttest.Noon}
	m.take(report.Update{Changes: []report.Change{{Report: lost.Report(), New: true}}})
	if got, want := m.newsCounts(9), "+1 host lost"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	m.typed("N")
	if r := m.list.Current(); !r.IsHost() || r.Report.Host != "web-01" {
		t.Errorf("N goes to %s", r.Report.Key())
	}
	m.take(report.Update{Gone: []string{"web-01"}})
	m.typed("l")
	text := m.shown()
	for _, want := range []string{"host lost ", " says nothing any more", "host back "} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	m.typed("/")
	for _, r := range "lost" {
		m.typed(string(r))
	}
	if text := m.shown(); !strings.Contains(text, "host lost ") || strings.Contains(text, "host back ") {
		t.Errorf("filtered by lost:\n%s", text)
	}
}

// The log has a directory of a host as the table has it, below its root.
func TestLogOfFleet(t *testing.T) {
	m, _ := aFleet(120, 30)
	m.take(report.Update{Changes: onHost("web-01", reporttest.Held("eu/a", 7))})
	m.typed("l")
	if text := m.shown(); !strings.Contains(text, "web-01:eu/a ") {
		t.Errorf("\n%s", text)
	}
}

// Several hosts that are lost in one second are one line.
func TestHostsAreLostTogether(t *testing.T) {
	m, _ := aFleet(120, 30)
	var changes []report.Change
	for _, host := range []string{"web-01", "web-02:2222"} {
		lost := report.Lost{Host: host, Why: report.HostSilent, Since: reporttest.Noon}
		changes = append(changes, report.Change{Report: lost.Report(), New: true})
	}
	m.take(report.Update{Changes: changes})
	m.typed("l")
	if text := m.shown(); !strings.Contains(text, "2 hosts lost ") || !strings.Contains(text, "▸ says nothing any more") {
		t.Errorf("\n%s", text)
	}
}

// A break on a host that is lost is not offered, and one that would be refused there is foreseen.
func TestFleetBreakForesees(t *testing.T) {
	asked := map[string]bool{}
	m, _ := testModel(120, 30, Options{Hosts: []string{"web-01", "db"}, Break: neverBreak, Check: func(r *report.Report, only bool) report.Attempt {
		asked[r.Host] = only
		return report.Attempt{Outcome: report.WouldBeRefused, Err: &lock.RefusedError{Dir: r.Path, Reason: lock.RefusedElsewhere, Err: errors.New("lockscope is read-only there")}}
	}})
	lost := report.Lost{Host: "db", Why: report.HostSilent, Text: "nothing for 15s", Since: reporttest.Noon, Known: true}
	changes := slices.Concat(onHost("db", reporttest.Stale("eu/a")), onHost("web-01", reporttest.Stale("eu/a"), reporttest.Stale("eu/b")))
	m.take(reporttest.Scanned(append(changes, report.Change{Report: lost.Report(), New: true})))

	m.typed("down") // what is above is about the host itself
	if m.typed("B"); m.dialog != nil || m.notice != "break not offered: its host, db, is lost" {
		t.Errorf("on the lost host: %q", m.notice)
	}
	if text := m.shown(); !strings.Contains(text, "break     not offered: its host, db, is lost") {
		t.Errorf("the detail:\n%s", text)
	}
	m.typed("space", "g")
	if m.typed("B"); m.dialog != nil || m.notice != "break not offered: what is stale is on a host that is lost" {
		t.Errorf("selected on the lost host: %q", m.notice)
	}
	m.Update(m.typed("a", "B")())
	if text := m.shown(); len(m.dialog.targets) != 2 || !strings.Contains(text, "1 more on hosts that are lost, and left alone.") || asked["web-01"] {
		t.Errorf("%v:\n%s", asked, text)
	}
	m.typed("esc", "u", "g", "B") // the row of the host itself
	if m.dialog != nil {
		t.Error("a host can be broken")
	}
	m.Update(m.typed("G", "B")())
	if text := m.shown(); m.dialog == nil || !strings.Contains(text, "would be refused: ") || !strings.Contains(text, "read-only there") || !asked["web-01"] {
		t.Errorf("%v:\n%s", asked, text)
	}
	lost.Host = "web-01"
	m.take(report.Update{Changes: []report.Change{{Report: lost.Report(), New: true}}})
	if text := m.shown(); !strings.Contains(text, "changed since this was asked: now on a host that is lost") {
		t.Errorf("lost meanwhile:\n%s", text)
	}
}

// A command that is copied is for the host of its directory, and y of a lost host gives its name.
func TestFleetCopies(t *testing.T) {
	m, _ := aFleet(120, 30)
	if m.typed("y"); m.notice != "sent to the terminal: db" {
		t.Errorf("on a host: %q", m.notice)
	}
	m.typed("down")
	for _, test := range []struct{ key, want string }{
		{"Y", "sent to the terminal: lockscope --host db --break-stale --max-depth 0 /srv/tenants/eu/a"},
		{"y", "sent to the terminal: /srv/tenants/eu/a"},
	} {
		if m.typed(test.key); m.notice != test.want {
			t.Errorf("%s: %q, want %q", test.key, m.notice, test.want)
		}
	}
}
