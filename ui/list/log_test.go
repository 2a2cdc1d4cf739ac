package list

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"lockscope/lock"
	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
	"lockscope/ui/show"
)

// logged is a list whose events go into a log.
type logged struct {
	list *List
	log  Log
	now  time.Time
}

func newLogged(known ...reporttest.Dir) *logged {
	l := &logged{list: newList(), now: reporttest.Noon}
	l.list.applied(reporttest.Changes(known...), nil)
	return l
}

func (l *logged) take(changed ...reporttest.Dir) {
	l.update(&report.Update{Changes: reporttest.Changes(changed...)})
}

func (l *logged) update(u *report.Update) { l.log.Add(l.now, l.list.Take(u, l.now)) }

// later lets a second pass: what is alike is a line of its own then.
func (l *logged) later() { l.now = l.now.Add(time.Second) }

func handoff(path string, from, to int) report.Handoff {
	return report.Handoff{
		Root: reporttest.Root, Path: reporttest.Root + "/" + path, From: report.Peer{PID: from}, To: report.Peer{PID: to},
		Acquired: reporttest.Noon, Gap: 38 * time.Millisecond,
	}
}

// word is what happened, in short.
func (e *Event) word() string {
	switch {
	case e.Attempt != nil:
		return "break"
	case e.Handoff != nil && e.Handoff.RolledBack:
		return fmt.Sprintf("rolled back %d → %d", e.FromPID, e.ToPID)
	case e.Handoff != nil:
		return fmt.Sprintf("handed off %d → %d", e.FromPID, e.ToPID)
	case e.Holders():
		return fmt.Sprintf("%d → %d", e.FromPID, e.ToPID)
	}
	if e.From == show.NoClass {
		return "found " + e.To.String()
	}
	return e.From.String() + " → " + e.To.String()
}

// has checks what the log has, the oldest first.
func (l *logged) has(t *testing.T, want ...string) {
	t.Helper()
	var got []string
	for _, line := range l.log.Lines() {
		text := line.Events[0].word()
		if cause := line.Events[0].Cause; line.Mixed {
			text += ", various"
		} else if cause != "" {
			text += ", " + cause
		}
		if n := len(line.Events); n > 1 {
			text = fmt.Sprint(n, " ", text)
		}
		got = append(got, text)
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the log has\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Where nothing is told of a hand-off, another holder is an event.
func TestHolders(t *testing.T) {
	contained := func(pid int) reporttest.Dir {
		s := reporttest.Held("b", 7)
		s.Holders[0] = reporttest.Holder(pid, "kvd", time.Hour)
		s.Holders[0].Process.NSPID = 7
		return s
	}
	child := reporttest.Held("a", 9377) // of lower PID, with the descriptor it was given
	child.Holders = append([]report.Holder{reporttest.Inherited(reporttest.Holder(12, "logrotate", time.Hour))}, child.Holders...)
	doubted := reporttest.Held("a", 9500)
	doubted.State, doubted.Checking, doubted.PID = report.Mismatch, true, 9377

	l := newLogged(reporttest.Held("a", 4410), contained(500))
	l.has(t)
	for _, d := range []reporttest.Dir{reporttest.Held("a", 9377), reporttest.Held("a", 9377), child} {
		l.take(d)
	}
	l.has(t, "4410 → 9377")
	l.take(doubted)
	l.take(reporttest.Held("a", 9500), contained(501))
	l.has(t, "4410 → 9377", "9377 → 9500", "500 → 501")
	l.take(reporttest.Free("a"))
	l.take(reporttest.Held("a", 1))
	l.has(t, "4410 → 9377", "9377 → 9500", "500 → 501", "held → free, was held by 9500", "free → held, held by 1")
}

// A hand-off is one entry, whether the report on it comes before, with or after it.
func TestHandoffOnce(t *testing.T) {
	told := func(from, to int) *report.Update {
		return &report.Update{Handoffs: []report.Handoff{handoff("a", from, to)}}
	}
	with := told(4410, 5120)
	with.Changes = reporttest.Changes(reporttest.Held("a", 5120))
	for name, updates := range map[string][]*report.Update{
		"before": {{Changes: reporttest.Changes(reporttest.Held("a", 5120))}, told(4410, 5120)},
		"with":   {with},
		"after":  {told(4410, 5120), {Changes: reporttest.Changes(reporttest.Held("a", 5120))}},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLogged(reporttest.Held("a", 4410))
			for _, u := range updates {
				l.update(u)
			}
			l.has(t, "handed off 4410 → 5120")
			l.later()
			l.take(reporttest.Held("a", 6000))
			l.take(reporttest.Held("a", 5120))
			l.has(t, "handed off 4410 → 5120", "5120 → 6000", "6000 → 5120")
		})
	}

	// Where it was seen to be free in between, that stays.
	l := newLogged(reporttest.Held("a", 4410))
	l.take(reporttest.Free("a"))
	l.update(with)
	l.has(t, "held → free, was held by 4410", "handed off 4410 → 5120")
	back := told(5120, 4410)
	back.Handoffs[0].RolledBack = true
	back.Changes = reporttest.Changes(reporttest.Held("a", 4410))
	l.update(back)
	l.has(t, "held → free, was held by 4410", "handed off 4410 → 5120", "rolled back 5120 → 4410")
	h := l.log.History(reporttest.Root + "/a")
	if h.Total != 3 || h.Handoffs != 1 || h.RolledBack != 1 || !h.Last.RolledBack {
		t.Errorf("the history has %+v", h)
	}
	for pid, want := range map[int]int{4410: 2, 5120: 2, 1: 0} {
		if got := l.log.Handoffs(hostPID{pid: pid}, reporttest.Noon.Add(-time.Hour)); got != want {
			t.Errorf("%d had a part in %d, want %d", pid, got, want)
		}
	}
	if got := l.log.Handoffs(hostPID{pid: 4410}, reporttest.Noon.Add(time.Hour)); got != 0 {
		t.Errorf("a process that started later had a part in %d", got)
	}
}

// dead are so many directories whose holder, of each this PID, is gone.
func dead(n int, pid func(i int) int) (dirs []reporttest.Dir) {
	for i := range n {
		d := reporttest.Stale(fmt.Sprint("dead/", i))
		d.PID, d.Process = pid(i), lock.ProcessGone
		dirs = append(dirs, d)
	}
	return dirs
}

func TestAlikeIsOneLine(t *testing.T) {
	l := newLogged()
	var held []reporttest.Dir
	for i := range 8866 {
		held = append(held, reporttest.Held(fmt.Sprint("dead/", i), 2500))
	}
	l.list.applied(reporttest.Changes(held...), nil)
	l.take(reporttest.Stale("x"))
	l.take(dead(8866, func(int) int { return 2500 })...)
	l.take(reporttest.Stale("y"))
	l.has(t, "2 found stale, the pidfile names 99", "8866 held → stale, 2500 gone")
	l.later()
	l.take(reporttest.Stale("z"))
	l.has(t, "2 found stale, the pidfile names 99", "8866 held → stale, 2500 gone", "found stale, the pidfile names 99")

	// What happened in that second is told late.
	l = newLogged(reporttest.Held("a", 7), reporttest.Held("b", 7))
	for _, path := range []string{"a", "b"} {
		l.now = l.now.Add(10 * time.Second)
		gone := reporttest.Stale(path)
		gone.PID, gone.Process = 7, lock.ProcessGone
		changes := reporttest.Changes(gone)
		changes[0].Report.Since.At = reporttest.Noon.Add(1500 * time.Millisecond)
		l.update(&report.Update{Changes: changes})
	}
	l.has(t, "2 held → stale, 7 gone")

	// Of many causes there are some lines, and one for the rest.
	l = newLogged()
	l.list.applied(reporttest.Changes(held...), nil)
	l.take(dead(1000, func(i int) int { return 1000 + i/2 })...)
	want := []string{}
	for i := range maxAlike {
		want = append(want, fmt.Sprintf("2 held → stale, %d gone", 1000+i))
	}
	l.has(t, append(want, fmt.Sprintf("%d held → stale, various", 1000-2*maxAlike))...)
}

// However much happens, the problems push out nothing else, nor does the rest, and it is counted.
func TestNothingIsPushedOut(t *testing.T) {
	l := newLogged(reporttest.Held("h", 1), reporttest.Free("f"))
	l.take(reporttest.Stale("x"))
	l.later()
	for i := range maxLines + 500 {
		l.take(reporttest.Held("h", 2+i%2))
		l.later()
	}
	if e := l.log.Lines()[0].Events[0]; e.Path != reporttest.Root+"/x" || l.log.Dropped() != 500 || len(l.log.Lines()) != maxLines+1 {
		t.Errorf("the first is %s, %d are dropped", e.Path, l.log.Dropped())
	}
	for range maxLines {
		l.take(reporttest.Stale("f"))
		l.take(reporttest.Free("f"))
		l.later()
	}
	if n := len(l.log.Lines()); n != 2*maxLines || l.log.Dropped() != 500+2*maxLines+1-maxLines {
		t.Errorf("%d lines, %d are dropped", n, l.log.Dropped())
	}
	if h := l.log.History(reporttest.Root + "/f"); len(h.Events) != maxHistory || h.Total != 2*maxLines {
		t.Errorf("the history has %d of %d", len(h.Events), h.Total)
	}
}

// When a change happened is when it was seen, unless it was not so yet at the look before.
func TestWhenItHappened(t *testing.T) {
	l := newLogged(reporttest.Held("a", 1))
	l.now = l.now.Add(time.Minute)
	for _, test := range []struct {
		since report.Since
		want  time.Duration
	}{
		{report.Since{At: reporttest.Noon.Add(59 * time.Second)}, 59 * time.Second},
		{report.Since{At: reporttest.Noon.Add(-time.Hour)}, time.Minute},
		{report.Since{At: reporttest.Noon.Add(59 * time.Second), AtLeast: true}, time.Minute},
		{report.Since{At: reporttest.Noon.Add(time.Hour)}, time.Minute},
	} {
		l.list.applied(reporttest.Changes(reporttest.Held("a", 1)), nil)
		changes := reporttest.Changes(reporttest.Stale("a"))
		changes[0].Report.Since = test.since
		events := l.list.Take(&report.Update{Changes: changes}, l.now)
		if got := events[0].At.Sub(reporttest.Noon); got != test.want {
			t.Errorf("since %v: happened after %v, want %v", test.since, got, test.want)
		}
	}
}

// What happened to directories that are gone is not kept for ever.
func TestHistoriesOfGone(t *testing.T) {
	l := newLogged()
	for i := range maxGone + 10 {
		l.take(reporttest.Free(fmt.Sprint(i)))
		l.update(&report.Update{Gone: []string{fmt.Sprint(reporttest.Root, "/", i)}})
	}
	l.take(reporttest.Free(fmt.Sprint(maxGone))) // it is back
	if n := len(l.log.histories.byPath); n != maxGone {
		t.Errorf("%d histories", n)
	}
	if h := l.log.History(fmt.Sprint(reporttest.Root, "/", maxGone)); h.Total != 3 {
		t.Errorf("what is back has %d events", h.Total)
	}
}
