package ui

import (
	"fmt"
	"testing"
	"time"

	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
	"lockscope/ui/show"
)

// TestBytes counts what crosses the wire at 120×40 for what happens most.
func TestBytes(t *testing.T) {
	term := runScreen(t, 120, 40, Options{Color: true})
	term.show(reporttest.Scanned(reporttest.Fleet(1000)))
	term.see("tenant-0412")
	cost := func(what string, most, times int, step func(i int)) {
		t.Helper()
		before := len(term.written())
		for i := range times {
			step(i)
		}
		each := (len(term.written()) - before) / times
		t.Logf("%s: %d bytes", what, each)
		if each > most {
			t.Errorf("%s: %d bytes, want at most %d", what, each, most)
		}
	}
	term.send("jjjjjjjjjjjjj") // to the healthy ones
	term.see("14 of 1,012")
	place := func(i int) string { return " " + show.Count(i) + " of 1,012" }
	cost("cursor down", 400, 8, func(i int) {
		term.send("j")
		term.see(place(15 + i))
	})
	term.send("G")
	term.see(place(1012))
	cost("scroll by one line", 400, 1, func(int) {
		term.send("k")
		term.see(place(1011))
	})
	term.send("g")
	term.see(place(1))
	changed := reporttest.Troubled[4]
	changed.PID = 4242
	cost("one row changes", 600, 1, func(int) {
		term.show(reporttest.Scanned(reporttest.Changes(changed)))
		term.see("4242")
	})
}

// TestBytesOfTick counts what crosses the wire at 120×40 while nobody presses a key.
func TestBytesOfTick(t *testing.T) {
	aged := func(unit time.Duration) (out []report.Change) { // all in sight, and of ages that differ
		for i := range 40 {
			s := reporttest.Stale(fmt.Sprintf("eu/shard-%02d/tenant-%04d/data", i%7, i*37))
			s.Written = time.Duration(10+i)*unit + unit/2
			out = append(out, reporttest.Changes(s)...)
		}
		return out
	}

	term := runScreen(t, 120, 40, Options{Color: true})
	term.show(reporttest.Scanned(aged(time.Second)))
	term.see("10s ago")
	term.see("q quit") // the end of the frame
	for want := 11; want < 16; want++ {
		before := len(term.written())
		term.clock.forward(time.Second)
		term.see(" " + show.Age(time.Duration(want)*time.Second) + " ago")
		cost := len(term.written()) - before
		t.Logf("every visible age changes: %d bytes", cost)
		if cost > 600 {
			t.Errorf("every visible age changes: %d bytes, want at most 600", cost)
		}
	}

	term = runScreen(t, 120, 40, Options{Color: true})
	term.show(reporttest.Scanned(aged(time.Hour)))
	term.see("10h 30m ago")
	term.see("q quit") // the end of the frame
	before, reads := len(term.written()), term.clock.reads.Load()
	for i := range 20 {
		term.clock.forward(time.Second)
		u := reporttest.Scanned(nil)
		u.Summary.Duration += time.Duration(i) * time.Millisecond
		term.show(u)
		// A tick or the update draws a frame, which reads the clock for each row.
		if !eventually(func() bool { return term.clock.reads.Load() > reads+int64(i+1)*100 }) {
			t.Fatal("no frame is drawn")
		}
	}
	if cost := len(term.written()) - before; cost > 0 {
		t.Errorf("nothing visible changes: %d bytes: %q", cost, term.written()[before:])
	}
}
