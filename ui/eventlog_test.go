package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
	"lockscope/ui/show"
)

func TestHandOver(t *testing.T) {
	m, _ := testModel(120, 40, Options{})
	clock := reporttest.Noon
	m.now = func() time.Time { return clock }
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

	m.take(reporttest.Scanned(reporttest.Changes(reporttest.Held("a", 4410), contained(500))))
	log := func(want ...string) {
		t.Helper()
		var got []string
		for _, e := range m.events.events {
			got = append(got, ansi.Strip(m.transition(e)))
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("the log has %q, want %q", got, want)
		}
	}
	log()
	m.take(reporttest.Scanned(reporttest.Changes(reporttest.Held("a", 9377))))
	if _, flashes := m.flash[reporttest.Root+"/a"]; !flashes {
		t.Error("the row does not stand out")
	}
	m.take(reporttest.Scanned(reporttest.Changes(reporttest.Held("a", 9377))), reporttest.Scanned(reporttest.Changes(child)), reporttest.Scanned(reporttest.Changes(unseen)))
	log("held 4410 → 9377")
	clock = clock.Add(handOverGap)
	m.take(reporttest.Scanned(reporttest.Changes(doubted)))
	m.take(reporttest.Scanned(reporttest.Changes(reporttest.Held("a", 9500), contained(501))))
	log("held 4410 → 9377", "held 9377 → 9500", "held 500 → 501")
	for pid := 9501; pid < 9540; pid++ {
		clock = clock.Add(handOverGap / 2)
		m.take(reporttest.Scanned(reporttest.Changes(reporttest.Held("a", pid))))
	}
	log("held 4410 → 9377", "held 500 → 501", "held 9538 → 9539, 40 times in 19m")
	m.take(reporttest.Scanned(reporttest.Changes(reporttest.Free("a"))), reporttest.Scanned(reporttest.Changes(reporttest.Held("a", 1))))
	m.take(reporttest.Scanned(reporttest.Changes(reporttest.Held("a", 2))))
	log("held 4410 → 9377", "held 500 → 501", "held 9538 → 9539, 40 times in 19m", "held → free", "free → held", "held 1 → 2")
}

// TestHandOversPushNothingOut: where a whole fleet hands over, the problems stay in the log.
func TestHandOversPushNothingOut(t *testing.T) {
	m, _ := testModel(120, 40, Options{})
	fleet := func(pid int) report.Update {
		var samples []reporttest.Dir
		for i := range 2 * maxEvents {
			samples = append(samples, reporttest.Held(fmt.Sprint(i), pid+i))
		}
		return reporttest.Scanned(reporttest.Changes(samples...))
	}
	m.take(fleet(10000), reporttest.Scanned(reporttest.Changes(reporttest.Stale("x"))))
	for i := range 3 {
		m.take(fleet(20000 + i))
	}
	log := &m.events
	if e := log.events[0]; len(log.events) != maxEvents || e.change.Path != reporttest.Root+"/x" || e.change.To != show.ClassOfState(report.Stale) {
		t.Errorf("of %d events the first is %v", len(log.events), *e)
	}
	if len(log.handOvers) > maxEvents {
		t.Errorf("%d hand-overs are remembered", len(log.handOvers))
	}
	for range maxEvents {
		m.take(reporttest.Scanned(reporttest.Changes(reporttest.Free("x"))), reporttest.Scanned(reporttest.Changes(reporttest.Stale("x"))))
	}
	if len(log.events) != maxEvents || len(log.handOvers) > 0 {
		t.Errorf("%d events, %d of them hand-overs", len(log.events), len(log.handOvers))
	}
}
