package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"lockscope/scan/report"
	"lockscope/ui/show"
)

func heldBy(path string, pid int) sample {
	return sample{path: path, state: report.Held, pid: pid, written: hour, holders: []report.Holder{holder(pid, "kvd", hour)}}
}

func TestHandOver(t *testing.T) {
	m, _ := testModel(120, 40, Options{})
	clock := noon
	m.now = func() time.Time { return clock }
	contained := func(pid int) sample {
		s := heldBy("b", 7)
		s.holders[0] = holder(pid, "kvd", hour)
		s.holders[0].Process.NSPID = 7
		return s
	}
	child := heldBy("a", 9377) // of lower PID, with the descriptor it was given
	child.holders = append([]report.Holder{inherited(holder(12, "logrotate", hour))}, child.holders...)
	unseen := heldBy("a", 9377)
	unseen.holders = nil
	doubted := heldBy("a", 9500)
	doubted.state, doubted.checking, doubted.pid = report.Mismatch, true, 9377

	m.take(scanned(changes(heldBy("a", 4410), contained(500))))
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
	m.take(scanned(changes(heldBy("a", 9377))))
	if _, flashes := m.flash[root+"/a"]; !flashes {
		t.Error("the row does not stand out")
	}
	m.take(scanned(changes(heldBy("a", 9377))), scanned(changes(child)), scanned(changes(unseen)))
	log("held 4410 → 9377")
	clock = clock.Add(handOverGap)
	m.take(scanned(changes(doubted)))
	m.take(scanned(changes(heldBy("a", 9500), contained(501))))
	log("held 4410 → 9377", "held 9377 → 9500", "held 500 → 501")
	for pid := 9501; pid < 9540; pid++ {
		clock = clock.Add(handOverGap / 2)
		m.take(scanned(changes(heldBy("a", pid))))
	}
	log("held 4410 → 9377", "held 500 → 501", "held 9538 → 9539, 40 times in 19m")
	m.take(scanned(changes(free("a"))), scanned(changes(heldBy("a", 1))))
	m.take(scanned(changes(heldBy("a", 2))))
	log("held 4410 → 9377", "held 500 → 501", "held 9538 → 9539, 40 times in 19m", "held → free", "free → held", "held 1 → 2")
}

// TestHandOversPushNothingOut: where a whole fleet hands over, the problems stay in the log.
func TestHandOversPushNothingOut(t *testing.T) {
	m, _ := testModel(120, 40, Options{})
	fleet := func(pid int) report.Update {
		var samples []sample
		for i := range 2 * maxEvents {
			samples = append(samples, heldBy(fmt.Sprint(i), pid+i))
		}
		return scanned(changes(samples...))
	}
	m.take(fleet(10000), scanned(changes(stale("x"))))
	for i := range 3 {
		m.take(fleet(20000 + i))
	}
	log := &m.events
	if e := log.events[0]; len(log.events) != maxEvents || e.path != root+"/x" || e.to != show.ClassOfState(report.Stale) {
		t.Errorf("of %d events the first is %v", len(log.events), *e)
	}
	if len(log.handOvers) > maxEvents {
		t.Errorf("%d hand-overs are remembered", len(log.handOvers))
	}
	for range maxEvents {
		m.take(scanned(changes(free("x"))), scanned(changes(stale("x"))))
	}
	if len(log.events) != maxEvents || len(log.handOvers) > 0 {
		t.Errorf("%d events, %d of them hand-overs", len(log.events), len(log.handOvers))
	}
}
