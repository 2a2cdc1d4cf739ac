package ui

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
)

// breaker notes what it is asked to break, and answers as it is told.
type breaker struct {
	mu     sync.Mutex
	asked  []*report.Report
	refuse map[string]error // by tenant
	partly error            // what each removal comes with
	hold   chan struct{}    // if set, each break waits for it
}

func (b *breaker) breakStale(r *report.Report) report.Attempt {
	b.mu.Lock()
	b.asked = append(b.asked, r)
	b.mu.Unlock()
	if b.hold != nil {
		<-b.hold
	}
	for part, err := range b.refuse {
		if strings.Contains(r.Path, part) {
			return report.Attempt{Outcome: report.Refused, Err: err}
		}
	}
	a := report.Attempt{Outcome: report.Removed, Files: []string{".handoff.pidfile"}}
	if b.partly != nil {
		a.Outcome, a.Err = report.Failed, b.partly
	}
	return a
}

func (b *breaker) paths() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []string
	for _, r := range b.asked {
		out = append(out, r.Path[len(reporttest.Root)+1:])
	}
	return out
}

// askBreak opens the dialog with the cursor on the first stale directory.
func askBreak(t *testing.T, b *breaker, width, height int) *running {
	term := runScreen(t, width, height, Options{Break: b.breakStale, Color: true})
	term.show(reporttest.Scanned(reporttest.Fleet(100)))
	term.see("tenant-0412")
	term.send("6")
	term.unsee("tenant-0412")
	return term
}

// breakAll breaks the three stale ones.
func (term *running) breakAll() {
	term.t.Helper()
	term.send("aB")
	term.see("Type 3 and press enter")
	term.send("3\r")
}

// beginBreak begins to break the first of them.
func (term *running) beginBreak() {
	term.t.Helper()
	term.send("B")
	term.see("[ Cancel ]")
	term.send("y")
	term.see("Breaking")
}

const first = "eu/shard-01/tenant-0100/data"

func TestBreakOne(t *testing.T) {
	for _, keys := range []string{"y", "\t\r"} {
		var b breaker
		term := askBreak(t, &b, 80, 24)
		term.send("B")
		term.see("Break this stale lock?")
		term.see("[ Cancel ]")
		term.see("removes .handoff.pidfile (2210, gone)")
		term.send(keys)
		term.see("1 cleared")
		term.see("removed .handoff.pidfile")
		if got := b.paths(); len(got) != 1 || got[0] != first {
			t.Errorf("%q broke %q", keys, got)
		}
		term.send("\r")
		term.unsee("1 cleared")
		term.source.mu.Lock()
		observed := term.source.observed
		term.source.mu.Unlock()
		if len(observed) != 1 || len(observed[0]) != 1 || observed[0][0] != reporttest.Root+"/"+first {
			t.Errorf("observed afresh: %q", observed)
		}
	}
}

func TestBreakCancels(t *testing.T) {
	for _, keys := range []string{"\r", "\x1b", "n", "q", "\t\t\r"} {
		var b breaker
		term := askBreak(t, &b, 80, 24)
		term.send("B")
		term.see("Break this stale lock?")
		term.send(keys)
		term.unsee("Break this stale lock?")
		if got := b.paths(); len(got) != 0 {
			t.Errorf("%q broke %q", keys, got)
		}
	}
}

func TestBreakSeveral(t *testing.T) {
	b := breaker{refuse: map[string]error{"1200": errNotStale}}
	term := askBreak(t, &b, 80, 24)
	term.send("a0B")
	term.see("Break these 3 stale locks?")
	term.send("y\t2\r") // neither of these is consent
	term.see("Type 3 and press enter")
	if got := b.paths(); len(got) != 0 {
		t.Errorf("broke %q without consent", got)
	}
	term.send("3\r")
	term.see("2 cleared, 1 left as it was")
	term.see("changed since you looked: held by 4711")
	if got := b.paths(); len(got) != 3 {
		t.Errorf("broke %q", got)
	}
}

// TestBreakWhatWasSeen: a refresh neither closes the dialog nor changes what
// is handed over, and the dialog says what changed.
func TestBreakWhatWasSeen(t *testing.T) {
	b := breaker{refuse: map[string]error{"0100": errNotStale}}
	term := askBreak(t, &b, 80, 24)
	term.send("B")
	term.see("Break this stale lock?")
	term.show(now(reporttest.Dir{Path: first, State: report.Held, PID: 4711, Holders: []report.Holder{reporttest.Holder(4711, "kvd", time.Hour)}}))
	term.see("changed since this was asked: now held")
	term.show(reporttest.Scanned(nil, reporttest.Root+"/us/shard-12/tenant-1200/data")) // nor does a directory that goes
	term.resize(40, 12)
	term.see("Break this stale lock?")
	term.see("[ Cancel ]")
	term.resize(120, 30)
	term.see("changed since this was asked: now held")
	term.send("y")
	term.see("0 cleared, 1 left as it was")
	term.see("changed since you looked: held by 4711")
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.asked) != 1 || b.asked[0].Verdict.State != report.Stale || b.asked[0].Evidence.Pidfile.PID != 2210 {
		t.Errorf("not what was seen: %+v", b.asked)
	}
}

func TestBreakStopsOnRequest(t *testing.T) {
	b := breaker{hold: make(chan struct{})}
	term := askBreak(t, &b, 80, 24)
	term.breakAll()
	term.see("Breaking")
	term.send("\x1b")
	term.see("stopping")
	close(b.hold)
	term.see("1 cleared, 2 not tried")
	if got := b.paths(); len(got) != 1 {
		t.Errorf("broke %q", got)
	}
}

// TestQuitWaitsForBreak: a break that is under way is not cut off.
func TestQuitWaitsForBreak(t *testing.T) {
	b := breaker{hold: make(chan struct{})}
	term := askBreak(t, &b, 80, 24)
	term.beginBreak()
	term.send("\x03")
	if !eventually(func() bool { return strings.Contains(term.written(), "\x1b[?1049l") }) {
		t.Fatal("the screen was not left")
	}
	select {
	case <-term.done:
		t.Fatal("ended before the break did")
	default:
	}
	close(b.hold)
	if err := term.ended(); err != nil {
		t.Error(err)
	}
}

// TestQuitDespiteHungBreak: a break that never ends, as on a dead mount, does not
// keep the program from ending, which says so.
func TestQuitDespiteHungBreak(t *testing.T) {
	b := breaker{hold: make(chan struct{})}
	defer close(b.hold)
	term := askBreak(t, &b, 80, 24)
	term.beginBreak()
	term.send("\x03")
	if err := term.ended(); !errors.Is(err, ErrBreakHangs) {
		t.Error(err)
	}
}

func TestBreakCounts(t *testing.T) {
	b := breaker{hold: make(chan struct{})}
	term := askBreak(t, &b, 80, 24)
	term.breakAll()
	for _, progress := range []string{"Breaking 1 of 3", "Breaking 2 of 3", "Breaking 3 of 3"} {
		term.see(progress)
		b.hold <- struct{}{}
	}
	term.see("3 cleared")
}

// TestBreakInPart: what was removed is told, also where there was an error.
func TestBreakInPart(t *testing.T) {
	b := breaker{partly: errors.New("the outcome is not in the audit log: \x1b[2J")}
	term := askBreak(t, &b, 80, 24)
	term.send("B")
	term.see("[ Cancel ]")
	term.send("y")
	term.see("0 cleared, 1 failed")
	term.see("removed .handoff.pidfile, but: the outcome is not in the audit log")
}

// TestBreakIsInTheLog: what was tried is told, and what came of it, the latest first.
func TestBreakIsInTheLog(t *testing.T) {
	b := breaker{refuse: map[string]error{"1200": errNotStale}}
	term := askBreak(t, &b, 80, 24)
	term.breakAll()
	term.see("2 cleared, 1 left as it was")
	term.send("\rl")
	term.see("since the start")
	for _, want := range []string{"2 break: cleared", "removed .handoff.pidfile", "break: left as it was"} {
		term.see(want)
	}
	term.send("\x1b[C") // unfolds those that were cleared
	term.see(first)
	term.send("/1200\r")
	term.see("changed since you looked: held by 4711")
}

func TestBreakNotOffered(t *testing.T) {
	var b breaker
	for _, s := range reporttest.Troubled {
		if s.State == report.Stale {
			continue
		}
		m, _ := testModel(80, 24, Options{Break: b.breakStale})
		m.take(now(s))
		m.typed("B")
		if m.mode == modeDialog || !strings.Contains(m.notice, "not offered") {
			t.Errorf("%s: mode %d, notice %q", s.State, m.mode, m.notice)
		}
	}
	m, _ := testModel(80, 24, Options{}) // read-only
	m.take(reporttest.Scanned(reporttest.Fleet(0)))
	m.typed("6", "B")
	if m.mode == modeDialog || strings.Contains(m.shown(), "B break") {
		t.Error("read-only, yet there is the action")
	}
	if want := "break not offered: read-only"; m.notice != want {
		t.Errorf("%q, want %q", m.notice, want)
	}
	m.typed("?")
	if strings.Contains(m.shown(), "break") {
		t.Error("read-only, yet the help has the action")
	}
	if len(b.paths()) != 0 {
		t.Error("something was broken")
	}
}
