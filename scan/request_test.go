package scan

import (
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
	w.Observe(one)
	w.untilState(t, one, report.Unnamed)
	lockByHand(t, other)
	w.Observe()
	w.untilState(t, other, report.Unnamed)
	w.Observe(filepath.Join(root, "nowhere")) // is no data directory
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
	w.Observe(one)
	w.untilState(t, one, report.Unnamed)
	w.until(t, "the pass over", func(f *found) bool { return f.summary.States[report.Unnamed] == 1 })
	if last := states(w.changes(site.Dir)); last[len(last)-1] != report.Held {
		t.Errorf("the other directory was looked at: %v", last)
	}
	w.Observe()
	w.untilState(t, site.Dir, report.Stale)
}

// A pass is made at the interval, or not at all.
func TestRunSetInterval(t *testing.T) {
	root := t.TempDir()
	site := play(t, locktest.TestWorld(t), root, locktest.HeldPlain)
	w := startWatch(t, Config{Roots: []string{root}})
	w.untilState(t, site.Dir, report.Held)
	site.Holders[0].Kill()
	w.SetInterval(soon)
	w.untilState(t, site.Dir, report.Stale)
	w.until(t, "interval", func(*found) bool {
		return slices.ContainsFunc(w.updates, func(u report.Update) bool { return u.Interval >= soon })
	})
	w.SetInterval(time.Hour)
	w.until(t, "long interval", func(*found) bool {
		return slices.ContainsFunc(w.updates, func(u report.Update) bool { return u.Interval == time.Hour })
	})
	w.Observe()
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
		w.Observe(dir)
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
