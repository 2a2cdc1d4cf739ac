package scan

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lockscope/lock"
	"lockscope/lock/locktest"
	"lockscope/scan/hosttest"
	"lockscope/scan/report"
)

// Somebody locks by hand. Nothing of the directory changes, so this is seen
// when it is asked for.
func TestRunObserve(t *testing.T) {
	root := hosttest.Tree(t, "one", "other")
	w := startWatch(t, Config{Roots: []string{root}}) // no interval: only on request
	one, other := filepath.Join(root, "one"), filepath.Join(root, "other")
	w.untilState(t, one, report.Free)
	w.untilState(t, other, report.Free)
	lockByHand(t, one)
	w.monitor.Observe(one)
	w.untilState(t, one, report.Unnamed)
	lockByHand(t, other)
	w.monitor.Observe()
	w.untilState(t, other, report.Unnamed)
	w.monitor.Observe(filepath.Join(root, "nowhere")) // is no data directory
	w.passes(t, 1)
}

// Who asks for one directory has no other looked at.
func TestRunObserveSome(t *testing.T) {
	root := hosttest.Tree(t, "one")
	site := play(t, locktest.TestWorld(t), root, locktest.HeldPlain)
	w := startWatch(t, Config{Roots: []string{root}}) // no interval: only on request
	one := filepath.Join(root, "one")
	w.untilState(t, one, report.Free)
	w.untilState(t, site.Dir, report.Held)
	site.Holders[0].Kill()
	lockByHand(t, one)
	w.monitor.Observe(one)
	w.untilState(t, one, report.Unnamed)
	w.until(t, "the pass over", func(f *found) bool { return f.summary.States[report.Unnamed] == 1 })
	if last := states(w.changes(site.Dir)); last[len(last)-1] != report.Held {
		t.Errorf("the other directory was looked at: %v", last)
	}
	w.monitor.Observe()
	w.untilState(t, site.Dir, report.Stale)
}

// A pass is made at the interval, or not at all.
func TestRunSetInterval(t *testing.T) {
	root := t.TempDir()
	site := play(t, locktest.TestWorld(t), root, locktest.HeldPlain)
	w := startWatch(t, Config{Roots: []string{root}})
	w.untilState(t, site.Dir, report.Held)
	site.Holders[0].Kill()
	w.monitor.SetInterval(soon)
	w.untilState(t, site.Dir, report.Stale)
	w.until(t, "interval", func(*found) bool {
		return slices.ContainsFunc(w.updates, func(u report.Update) bool { return u.Interval >= soon })
	})
	w.monitor.SetInterval(time.Hour)
	w.until(t, "long interval", func(*found) bool {
		return slices.ContainsFunc(w.updates, func(u report.Update) bool { return u.Interval == time.Hour })
	})
	w.monitor.Observe()
	w.passes(t, 1)
}

// Whoever locks after a search of all processes was made is found by the next one.
func TestSearchIsMadeAnew(t *testing.T) {
	root := hosttest.Tree(t, "one", "other")
	w := startWatch(t, Config{Roots: []string{root}}) // no interval: only on request
	for _, name := range []string{"one", "other"} {
		dir := filepath.Join(root, name)
		w.untilState(t, dir, report.Free)
		lockByHand(t, dir)
		w.monitor.Observe(dir)
		if r := w.untilState(t, dir, report.Unnamed); len(r.Evidence.Holders) == 0 || r.Evidence.Changing {
			t.Errorf("%s: holders %v, changing %t", name, r.Evidence.Holders, r.Evidence.Changing)
		}
	}
}

// lockByHand takes the lock of a directory, as flock(1) would, until the test ends.
func lockByHand(t *testing.T, dir string) {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, lock.DefaultNames.Lock))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			return
		} else if err != unix.EWOULDBLOCK { // by a probe
			t.Fatal(err)
		}
	}
}

// Whoever asks for a directory that awaits its second look does not make that come earlier: the two would
// see the same moment of the protocol.
func TestObserveKeepsSecondLook(t *testing.T) {
	m := New(Config{})
	rec := m.records.add("/srv/kv")
	rec.apply(lookedAt(0)) // held by another than the pidfile names
	m.agenda.noteSettling(rec)
	m.agenda.asked = request{}
	m.Observe(rec.path)
	now := firstLook.Add(secondLookAfter / 2)
	if todo, _, ok := m.agenda.next(now); !ok || len(todo.some) > 0 {
		t.Fatalf("%+v, %t; want nothing but the request done with", todo, ok)
	}
	if todo, at, ok := m.agenda.next(now); ok || !at.Equal(firstLook.Add(secondLookAfter)) {
		t.Errorf("%+v at %v, want the second look after %v", todo, at.Sub(firstLook), secondLookAfter)
	}
}

// A look that began before somebody asked for the directory, and ended after, is not what was asked for.
func TestObserveOutlastsALook(t *testing.T) {
	m := New(Config{})
	rec := m.records.add("/srv/kv")
	rec.apply(lookedAt(0, named))
	m.agenda.asked = request{}
	m.Observe(rec.path)
	rec.apply(lookedAt(time.Second, named))
	todo, _, ok := m.agenda.next(firstLook.Add(time.Second))
	if !ok || len(todo.some) != 1 {
		t.Fatalf("%+v, %t; want the directory", todo, ok)
	}
	r := &round{m: m, todo: todo, start: firstLook.Add(time.Second)}
	if p := r.plan(rec); !p.purpose.observes() {
		t.Errorf("planned for %d, want it observed afresh", p.purpose)
	}
}

// The screen shows an interval as soon as it is set, until it is told otherwise: so that is told again where
// the rest after a long poll stays what it was.
func TestIntervalIsToldAgain(t *testing.T) {
	m := New(Config{})
	m.out = &delivery{wake: make(chan struct{}, 1)} // which nobody delivers
	now := time.Now()
	m.agenda = agenda{polled: now, walked: now, pollTook: time.Minute}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, interval := range []time.Duration{time.Second, 2 * time.Second} {
		m.SetInterval(interval)
		<-m.wake
		if _, err := m.wait(ctx); err == nil {
			t.Fatal("something is to be done")
		}
		if got, want := m.out.next.Interval, m.agenda.pollEvery(); got != want {
			t.Errorf("told %v at an interval of %v, want %v", got, interval, want)
		}
		m.out.next = report.Update{}
	}
}
