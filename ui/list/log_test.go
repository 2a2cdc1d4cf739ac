package list

import (
	"fmt"
	"strings"
	"testing"
	"time"

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
	l.log.AddEvents(l.now, l.list.Take(&report.Update{Changes: reporttest.Changes(changed...)}))
}

// has checks what the log has, the oldest first.
func (l *logged) has(t *testing.T, want ...string) {
	t.Helper()
	var got []string
	for _, e := range l.log.Entries() {
		text := e.Event.From.String() + " → " + e.Event.To.String()
		if e.HandOver() {
			text = fmt.Sprintf("%d → %d", e.Event.FromPID, e.Event.ToPID)
		}
		if e.Times > 1 {
			text += fmt.Sprintf(", %d times in %v", e.Times, e.At.Sub(e.First))
		}
		got = append(got, text)
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the log has %q, want %q", got, want)
	}
}

func TestHandOver(t *testing.T) {
	contained := func(pid int) reporttest.Dir {
		s := reporttest.Held("b", 7)
		s.Holders[0] = reporttest.Holder(pid, "kvd", time.Hour)
		s.Holders[0].Process.NSPID = 7
		return s
	}
	child := reporttest.Held("a", 9377) // of lower PID, with the descriptor it was given
	child.Holders = append([]report.Holder{reporttest.Inherited(reporttest.Holder(12, "logrotate", time.Hour))}, child.Holders...)
	unseen := reporttest.Held("a", 9377)
	unseen.Holders = nil
	doubted := reporttest.Held("a", 9500)
	doubted.State, doubted.Checking, doubted.PID = report.Mismatch, true, 9377

	l := newLogged(reporttest.Held("a", 4410), contained(500))
	l.has(t)
	for _, d := range []reporttest.Dir{reporttest.Held("a", 9377), reporttest.Held("a", 9377), child, unseen} {
		l.take(d)
	}
	l.has(t, "4410 → 9377")
	l.now = l.now.Add(handOverGap)
	l.take(doubted)
	l.take(reporttest.Held("a", 9500), contained(501))
	l.has(t, "4410 → 9377", "9377 → 9500", "500 → 501")
	for pid := 9501; pid < 9540; pid++ {
		l.now = l.now.Add(handOverGap / 2)
		l.take(reporttest.Held("a", pid))
	}
	l.has(t, "4410 → 9377", "500 → 501", "9538 → 9539, 40 times in 19m30s")
	l.take(reporttest.Free("a"))
	l.take(reporttest.Held("a", 1))
	l.take(reporttest.Held("a", 2))
	l.has(t, "4410 → 9377", "500 → 501", "9538 → 9539, 40 times in 19m30s", "held → free", "free → held", "1 → 2")
}

// An attempt between two hand-overs ends what they have in common.
func TestAttemptInLog(t *testing.T) {
	l := newLogged(reporttest.Held("a", 1))
	l.take(reporttest.Held("a", 2))
	l.log.AddAttempt(l.now, reporttest.Root+"/a", report.Attempt{Outcome: report.Refused})
	l.take(reporttest.Held("a", 3))
	entries := l.log.Entries()
	if len(entries) != 3 || entries[1].Attempt == nil || entries[1].Attempt.Outcome != report.Refused || entries[2].Times != 1 {
		t.Errorf("the log has %d entries", len(entries))
	}
}

// TestHandOversPushNothingOut: where a whole fleet hands over, the problems stay in the log.
func TestHandOversPushNothingOut(t *testing.T) {
	fleet := func(pid int) (dirs []reporttest.Dir) {
		for i := range 2 * maxEntries {
			dirs = append(dirs, reporttest.Held(fmt.Sprint(i), pid+i))
		}
		return dirs
	}
	l := newLogged(fleet(10000)...)
	l.take(reporttest.Stale("x"))
	for i := range 3 {
		l.take(fleet(20000 + i)...)
	}
	if n := len(l.log.entries); n != maxEntries {
		t.Errorf("%d entries, want %d", n, maxEntries)
	}
	if e := l.log.entries[0].Event; e.Path != reporttest.Root+"/x" || e.To != show.ClassOfState(report.Stale) {
		t.Errorf("the first entry is %v", e)
	}
	if n := len(l.log.handOvers); n > maxEntries {
		t.Errorf("%d hand-overs are remembered", n)
	}
	for range maxEntries {
		l.take(reporttest.Free("x"))
		l.take(reporttest.Stale("x"))
	}
	if len(l.log.entries) != maxEntries || len(l.log.handOvers) > 0 {
		t.Errorf("%d entries, %d of them hand-overs", len(l.log.entries), len(l.log.handOvers))
	}
}
