package ui

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"lockscope/lock"
	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
	"lockscope/ui/golden"
)

// handoff is one of a directory below the root, a while before noon.
func handoff(path string, from, to int, ago, gap time.Duration) report.Handoff {
	acquired := reporttest.Noon.Add(-ago)
	return report.Handoff{
		Root: reporttest.Root, Path: reporttest.Root + "/" + path, Released: acquired.Add(-gap), Acquired: acquired, Gap: gap,
		From: report.Peer{PID: from, Command: "kvd --v1"}, To: report.Peer{PID: to, Command: "kvd --v2"},
	}
}

// died are so many directories that one process held, as they are once it is dead.
func died(n, pid int) (before, after []report.Change) {
	for i := range n {
		path := fmt.Sprintf("eu/shard-%02d/tenant-%05d/data", i%40, i)
		d := reporttest.Stale(path)
		d.PID, d.Process, d.Reasons = pid, lock.ProcessGone, []report.Reason{report.PIDGone}
		before = append(before, reporttest.Changes(reporttest.Held(path, pid))...)
		after = append(after, report.Change{Report: d.Report()})
	}
	return before, after
}

// happened is a screen on which some things happened, the last of them at noon.
func happened(t *testing.T, width, height int, o Options) *model {
	t.Helper()
	m, _ := testModel(width, height, o)
	before, after := died(8866, 2500)
	m.take(reporttest.Scanned(append(before, reporttest.Changes(reporttest.Free("us/shard-01/tenant-0001/data"), reporttest.Held("us/shard-02/tenant-0002/data", 4410),
		reporttest.Held("us/shard-03/tenant-0003/data", 4000), reporttest.Stale("us/shard-04/tenant-0004/data"))...)))
	at := func(ago time.Duration) { m.now = func() time.Time { return reporttest.Noon.Add(-ago) } }
	at(20 * time.Minute)
	first := handoff("us/shard-02/tenant-0002/data", 4410, 5120, 20*time.Minute, 38200*time.Microsecond)
	m.take(report.Update{Handoffs: []report.Handoff{first}, Changes: reporttest.Changes(reporttest.Held("us/shard-02/tenant-0002/data", 5120))})
	at(19 * time.Minute)
	back := handoff("us/shard-02/tenant-0002/data", 5120, 4410, 19*time.Minute, 1500*time.Microsecond)
	back.RolledBack, back.AtMost = true, true
	m.take(report.Update{Handoffs: []report.Handoff{back}, Changes: reporttest.Changes(reporttest.Held("us/shard-02/tenant-0002/data", 4410))})
	at(10 * time.Minute)
	m.take(reporttest.Scanned(reporttest.Changes(reporttest.Held("us/shard-03/tenant-0003/data", 4001), reporttest.Held("us/shard-01/tenant-0001/data", 4500)), reporttest.Root+"/us/shard-04/tenant-0004/data"))
	at(0)
	m.take(report.Update{Errors: []report.PathError{{Path: "/x", Err: errors.New("open /x\x1b[1m: permission denied")}}, Progress: report.Progress{Visited: 1}},
		reporttest.Scanned(after))
	m.log.AddAttempt(reporttest.Noon, reporttest.Root+"/us/shard-09/tenant-0909/data", report.Attempt{Outcome: report.Refused, Err: errNotStale})
	m.Update(nil)
	return m
}

var sizes = []struct {
	name          string
	width, height int
}{{"120x30", 120, 30}, {"80x24", 80, 24}, {"40x12", 40, 12}}

func TestLogScreens(t *testing.T) {
	for _, size := range sizes {
		for _, test := range []struct{ name, keys string }{
			{"log", "l"}, {"loghandoff", "l G k"}, {"logmass", "l j j enter j j"}, {"logproblems", "l !"}, {"logfilter", "l / 4 4 1 0 enter"}, {"lognothing", "l / x y z z y"},
		} {
			m := happened(t, size.width, size.height, Options{})
			m.typed(strings.Fields(test.keys)...)
			golden.Check(t, test.name+"-"+size.name, m.shown())
		}
	}
	m := happened(t, 80, 24, Options{ASCII: true})
	m.typed("l", "j", "j")
	golden.Check(t, "logascii-80x24", m.shown())
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
	if n := len(m.log.Lines()); n != 1 {
		t.Errorf("%d lines, want one", n)
	}
	m.typed("G", "esc")
	if m.mode != modeTable {
		t.Error("esc does not leave the log")
	}
}

// changed finds a directory, a second later: a line of the log.
func (term *running) changed(name string, total int) {
	term.t.Helper()
	term.clock.forward(time.Second)
	term.show(reporttest.Scanned(reporttest.Changes(reporttest.Stale("late/" + name))))
	term.see(fmt.Sprintf("%d dirs", total))
}

// What is read in the log stays where it is, whatever comes, and what came is counted.
func TestLogDoesNotSlide(t *testing.T) {
	for _, size := range sizes {
		term := runScreen(t, size.width, size.height, Options{})
		term.show(reporttest.Scanned(reporttest.Fleet(20)))
		term.see("of 32")
		for i := range 40 {
			term.changed(fmt.Sprintf("%02d", i), 33+i)
		}
		term.send("l")
		term.see("of 40")
		before := rowsOf(term.text())
		for i := range 5 {
			term.changed(fmt.Sprintf("new%d", i), 73+i)
		}
		term.see("5 new above")
		if after := rowsOf(term.text()); after != before {
			t.Errorf("what was read has slid:\n%s", term.text())
		}
		term.send("g")
		term.see("late/new4")
		term.unsee("new above")
		if size.width > 40 {
			term.see("follows the newest")
		}
		term.changed("new5", 78)
		term.see("late/new5")
		term.send("jk")
		term.unsee("follows the newest")
		term.changed("new6", 79)
		term.see("1 new above")
		term.send("q")
		term.see("STATE")
		term.send("q")
		term.ended()
	}
}

// rowsOf are the rows that a list shows, without what surrounds them.
func rowsOf(text string) string {
	var rows []string
	for line := range strings.Lines(text) {
		if strings.Contains(line, "late/") && strings.Contains(line, "found") {
			rows = append(rows, line)
		}
	}
	return strings.Join(rows, "")
}

// A mass failure is one line, and pushes out nothing; enter unfolds it, and goes to a directory.
func TestMassFailureIsOneLine(t *testing.T) {
	term := runScreen(t, 120, 30, Options{})
	before, after := died(8866, 2500)
	term.show(reporttest.Scanned(append(before, reporttest.Changes(reporttest.Free("first"))...)))
	term.see("8,867 dirs")
	term.show(reporttest.Scanned(reporttest.Changes(reporttest.Stale("first"))))
	term.see("1 stale")
	term.clock.forward(time.Second)
	term.show(reporttest.Scanned(after))
	term.see("8,867 stale")
	term.send("l")
	term.see("8,866 held → stale")
	term.see("2500 gone")
	term.see("free → stale")
	term.send("\r")
	term.see("1 of 8,868")
	term.send("/tenant-00412\r")
	term.see("1 of 8,866 held → stale")
	term.see("1 of 2")
	term.send("j\r")
	term.see("STATE")
	term.see("/srv/tenants/eu/shard-12/tenant-00412/data")
	term.see("history   16:06:01  held → stale, 2500 gone")
}

// The row that is read stays the same while more that is alike joins it.
func TestLineGrowsUnderTheCursor(t *testing.T) {
	m, _ := testModel(80, 24, Options{})
	m.take(reporttest.Scanned(reporttest.Changes(reporttest.Free("a"), reporttest.Free("b"), reporttest.Free("c"))))
	m.take(reporttest.Scanned(reporttest.Changes(reporttest.Held("a", 1))))
	m.take(reporttest.Scanned(reporttest.Changes(reporttest.Stale("b"))))
	m.typed("l")
	m.take(reporttest.Scanned(reporttest.Changes(reporttest.Stale("c"))))
	if item, _ := m.events.scroll.Current(); len(item.line.Events) != 2 || !strings.Contains(m.shown(), "▌ 16:06:00  2 free → stale") {
		t.Errorf("the cursor left its row:\n%s", m.shown())
	}
}

// However many lines are alike, they push out nothing else.
func TestAlikeLinesPushNothingOut(t *testing.T) {
	term := runScreen(t, 80, 24, Options{})
	fleet := func(pid int) (changes []report.Change) {
		for i := range 2001 {
			changes = append(changes, reporttest.Changes(reporttest.Held(fmt.Sprintf("fleet/%04d", i), pid+i))...)
		}
		return changes
	}
	term.show(reporttest.Scanned(append(fleet(10000), reporttest.Changes(reporttest.Free("first"))...)))
	term.see("2,002 dirs")
	term.show(reporttest.Scanned(reporttest.Changes(reporttest.Stale("first"))))
	term.see("1 stale")
	for i := range 3 {
		term.clock.forward(time.Second)
		term.show(reporttest.Scanned(fleet(20000 * (i + 1))))
		term.see(fmt.Sprint(20000*(i+1), " "))
	}
	term.send("l")
	term.see("1,993 held")
	term.see("each for a reason of its own")
	term.send("G")
	term.see("free → stale")
}

// Enter goes to the directory also where the table does not show it, and says where there is none any more.
func TestLogLeadsToTheDirectory(t *testing.T) {
	m := happened(t, 120, 30, Options{})
	m.typed("9", "l", "/")
	m.Update(tea.PasteMsg{Content: "us/shard-03"})
	m.typed("enter", "enter")
	if r := m.list.Current(); m.mode != modeTable || at(r) != "us/shard-03/tenant-0003/data" || !strings.Contains(m.notice, "shows all") {
		t.Errorf("on %s, says %q", at(r), m.notice)
	}
	m.typed("l", "esc", "/")
	m.Update(tea.PasteMsg{Content: "gone"})
	m.typed("enter", "G", "enter")
	if !strings.Contains(m.notice, "no data directory now: us/shard-04/tenant-0004/data") || m.mode != modeLog {
		t.Errorf("says %q", m.notice)
	}
}

// Everything in the log is escaped.
func TestHostileLog(t *testing.T) {
	m, _ := testModel(120, 30, Options{})
	h := handoff("a\x1b[2J", 1, 2, 0, time.Millisecond)
	h.From.Command, h.To.Command = "x\x1b]0;t\a", "y\u202e"
	m.take(reporttest.Scanned(reporttest.Changes(reporttest.Held("a\x1b[2J", 2))), report.Update{Handoffs: []report.Handoff{h}})
	for _, key := range []string{"l", "esc", "enter"} {
		m.typed(key)
		for _, bad := range []string{"\x1b[2J", "\x1b]0", "\u202e", "\a"} {
			if strings.Contains(m.View().Content, bad) {
				t.Errorf("%q was not escaped:\n%q", bad, m.View().Content)
			}
		}
	}
}
