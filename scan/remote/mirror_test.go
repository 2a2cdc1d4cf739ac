package remote

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"lockscope/scan/report"
)

func dirLine(path string, state report.State) report.Line {
	r := &report.Report{Host: "liar", Root: "/srv", Path: path}
	r.Verdict.State = state
	return report.Line{Change: &report.Change{Report: r, New: true}}
}

func summaryLine() report.Line { return report.Line{Summary: &report.Summary{}} }

func take(t *testing.T, m *mirror, lines ...report.Line) (last report.Update) {
	t.Helper()
	for _, l := range lines {
		var err error
		if last, err = m.take(l, 100); err != nil {
			t.Fatal(err)
		}
	}
	return last
}

// After a new session has told of everything, what it has not told of is gone, and not before.
func TestMirrorNewSession(t *testing.T) {
	m := newMirror("web-01", &budget{})
	m.begin()
	take(t, m, dirLine("/srv/a", report.Held), dirLine("/srv/b", report.Stale), summaryLine())
	m.begin()
	if u := take(t, m, dirLine("/srv/a", report.Held)); len(u.Gone) > 0 || len(m.dirs) != 2 {
		t.Errorf("gone too soon: %q", u.Gone)
	}
	if u := take(t, m, summaryLine()); !slices.Equal(u.Gone, []string{"web-01:/srv/b"}) {
		t.Errorf("gone: %q", u.Gone)
	}
	if s := m.counts(); s.Dirs != 1 || s.States[report.Held] != 1 || s.States[report.Stale] != 0 {
		t.Errorf("%+v", s)
	}
	take(t, m, report.Line{Gone: "liar:/srv/a"}, report.Line{Gone: "/srv/never"})
	if m.bytes != 0 || len(m.dirs) != 0 {
		t.Errorf("%d bytes of %d directories are left", m.bytes, len(m.dirs))
	}
}

func TestMirrorErrors(t *testing.T) {
	m := newMirror("web-01", &budget{})
	m.begin()
	for i := range maxErrors + 10 {
		take(t, m, report.Line{Error: &report.PathError{Host: "liar", Path: fmt.Sprint("/", i), Err: errors.New("no")}})
	}
	take(t, m, summaryLine())
	if n := len(m.errors); n != maxErrors || m.errors[0].Host != "web-01" {
		t.Errorf("%d errors are kept, the first of %s", n, m.errors[0].Host)
	}
	if take(t, m, report.Line{Heartbeat: &report.Heartbeat{Errors: 3}}); len(m.errors) == 0 {
		t.Error("they are forgotten while there are some")
	}
	if take(t, m, report.Line{Heartbeat: &report.Heartbeat{}}); len(m.errors) > 0 {
		t.Error("they are kept though there are none any more")
	}
}

// A host has as much of this one's memory as it may have, and no more.
func TestMirrorIsBounded(t *testing.T) {
	m := newMirror("web-01", &budget{})
	if _, err := m.take(dirLine("/srv/a", report.Held), maxBytes); err != nil {
		t.Error(err)
	}
	if _, err := m.take(dirLine("/srv/a", report.Stale), maxBytes); err != nil {
		t.Errorf("a directory that it has: %v", err)
	}
	if _, err := m.take(dirLine("/srv/b", report.Held), 1); err == nil {
		t.Error("it may send any number of bytes")
	}
	m = newMirror("web-01", &budget{})
	for i := range maxDirs {
		m.dirs[fmt.Sprint("/", i)] = mirrored{}
	}
	if _, err := m.take(dirLine("/srv/b", report.Held), 1); err == nil {
		t.Error("it may have any number of directories")
	}
	if _, err := m.take(dirLine("/7", report.Held), 1); err != nil {
		t.Errorf("a directory that it has: %v", err)
	}
}

// Holders take more than their bytes of the line.
func TestMirrorOfManyHolders(t *testing.T) {
	m := newMirror("web-01", &budget{})
	line := dirLine("/srv/a", report.Held)
	for i := range 1000 {
		line.Change.Report.Evidence.Holders = append(line.Change.Report.Evidence.Holders, report.Holder{Process: &report.Process{PID: i + 1}})
	}
	if take(t, m, line); m.bytes < 1000*holderBytes {
		t.Errorf("a thousand holders count as %d bytes", m.bytes)
	}
	if take(t, m, dirLine("/srv/a", report.Held)); m.bytes > holderBytes {
		t.Errorf("none count as %d bytes", m.bytes)
	}
}

// What is kept of errors and of hand-offs is bounded in bytes too: each may have a path or a text of a megabyte.
func TestMirrorOfLongLines(t *testing.T) {
	m := newMirror("web-01", &budget{})
	m.begin()
	line := report.Line{Error: &report.PathError{Path: "/a", Err: errors.New("it is long")}}
	told := 0
	for range 20 {
		u, err := m.take(line, report.MaxLine)
		if told += len(u.Errors); err != nil {
			t.Fatal(err)
		}
	}
	if most := maxErrorBytes / report.MaxLine; len(m.errors) != most || told != most {
		t.Errorf("%d errors, and %d told", len(m.errors), told)
	}
	for size, want := range map[int]int{maxHandoffLine: 1, maxHandoffLine + 1: 0} {
		u, err := m.take(report.Line{Handoff: &report.Handoff{Path: "/a"}}, size)
		if len(u.Handoffs) != want || err != nil {
			t.Errorf("a hand-off of %d bytes: %d told, %v", size, len(u.Handoffs), err)
		}
	}
}

func TestBackoff(t *testing.T) {
	var b backoff
	for i, want := range []time.Duration{1, 2, 4, 8, 16, 32, 60, 60} {
		want *= time.Second
		if got := b.after(0); got > want || got < want*3/4 {
			t.Errorf("wait %d: %v, want up to %v", i, got, want)
		}
	}
	if got := b.after(steady); got > firstRetry {
		t.Errorf("after a good session: %v", got)
	}
}

// Who tells much at once may, and who never stops is slowed down.
func TestAllowance(t *testing.T) {
	now := time.Now()
	began, a := now, newAllowance(now)
	for range mostLines {
		if wait := a.spend(now, 100); wait > 0 {
			t.Fatalf("waits for %v", wait)
		}
	}
	for range 10 * linesPerSecond {
		now = now.Add(a.spend(now, 100))
	}
	if took := now.Sub(began); took < 9*time.Second || took > 11*time.Second {
		t.Errorf("ten seconds' worth takes %v", took)
	}
	if now = now.Add(time.Hour); a.spend(now, 100) > 0 {
		t.Error("it is not forgiven")
	}
}

// What a host says of how it watches is added to what others say: it is bounded.
func TestMirrorBoundsWatched(t *testing.T) {
	m := newMirror("a", &budget{})
	m.begin()
	w := &report.Watched{Dirs: math.MaxInt, Passed: math.MaxInt, Processes: 7, Polled: map[report.PolledBecause]int{
		report.PolledRemote: math.MaxInt, report.PolledFailed: math.MinInt,
	}}
	take(t, m, report.Line{Summary: &report.Summary{Watched: w}})
	got := m.counts().Watched
	if got.Dirs != maxDirs || got.Passed != maxWatched || got.Processes != 7 ||
		got.Polled[report.PolledRemote] != maxDirs || got.Polled[report.PolledFailed] != maxDirs {
		t.Errorf("%+v", got)
	}
}

// A long line counts as many short ones.
func TestAllowanceOfLongLines(t *testing.T) {
	now := time.Now()
	a := newAllowance(now)
	lines := 0
	for ; a.spend(now, report.MaxLine) == 0; lines++ {
	}
	if most := mostLines * lineMore / report.MaxLine; lines > most+1 {
		t.Errorf("%d lines of %d bytes at once, want at most %d", lines, report.MaxLine, most)
	}
}

// What all hosts tell has to fit into the memory. Who tells too much is lost, and takes no room of others; and it may
// come back with less.
func TestMirrorBudget(t *testing.T) {
	const memory, hosts, size = 10_000_000, 10, 1000
	room := newBudget(memory, hosts)
	liar, honest := newMirror("liar", room), newMirror("honest", room)
	tell := func(m *mirror, n int) (told int) {
		t.Helper()
		m.begin()
		for ; told < n; told++ {
			if _, err := m.take(dirLine(fmt.Sprint("/srv/", told), report.Held), size); err != nil {
				break
			}
		}
		return told
	}
	for range 3 { // it tries again
		if told := tell(liar, 1e6); told != int(room.most/size) {
			t.Errorf("the liar told of %d", told)
		}
	}
	if told := tell(honest, 1e6); told != int(room.share/size) {
		t.Errorf("the honest one told of %d", told)
	}
	if told := tell(liar, 5); told != 5 {
		t.Errorf("back, it told of %d", told)
	}
	take(t, liar, summaryLine())
	if told := tell(honest, 1e6); int64(told) != room.most/size-5 || room.used.Load() != room.most {
		t.Errorf("then the honest one told of %d; %d bytes are used", told, room.used.Load())
	}
}
