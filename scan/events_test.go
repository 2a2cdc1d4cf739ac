package scan

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"lockscope/lock"
	"lockscope/lock/locktest"
	"lockscope/scan/hosttest"
	"lockscope/scan/observe"
	"lockscope/scan/report"
)

// watchEvents watches with an interval that no test waits for: whatever it sees, an event has told.
func watchEvents(t *testing.T, root string) *watch {
	t.Helper()
	w := startWatch(t, Config{Roots: []string{root}, Interval: time.Hour})
	w.passes(t, 1)
	return w
}

// The life of a directory is seen as it happens.
func TestEvents(t *testing.T) {
	world, root := locktest.TestWorld(t), t.TempDir()
	site := play(t, world, root, locktest.HeldPlain)
	pidfile := filepath.Join(site.Dir, lock.DefaultNames.Pidfile)
	w := watchEvents(t, root)
	w.untilState(t, site.Dir, report.Held)

	site.Holders[0].Kill()
	stale := w.untilState(t, site.Dir, report.Stale)
	if _, err := lock.BreakStale(site.Dir, stale.Evidence.Evidence); err != nil {
		t.Fatal(err)
	}
	w.untilState(t, site.Dir, report.Free)

	daemon, err := world.Daemon(site.Dir)
	if err != nil {
		t.Fatal(err)
	}
	acquire(t, daemon)
	w.until(t, "new holder by name", func(f *found) bool {
		r := f.reports[site.Dir]
		return r.Verdict.State == report.Held && r.Evidence.Pidfile.PID == daemon.PID && !r.Checking
	})
	if err := os.Remove(pidfile); err != nil {
		t.Fatal(err)
	}
	w.untilState(t, site.Dir, report.Unnamed)
	daemon.Kill()
	w.untilState(t, site.Dir, report.Free)
}

// So is what becomes of the directories themselves: also of those that were not there at the walk, or
// that are at a path where there was another.
func TestEventsOfTheTree(t *testing.T) {
	root := hosttest.Tree(t, "shard/one", "shard/other")
	one, other := filepath.Join(root, "shard/one"), filepath.Join(root, "shard/other")
	w := watchEvents(t, root)
	w.untilState(t, one, report.Free)
	gone := func(dir string) {
		t.Helper()
		w.until(t, "end of "+dir, func(f *found) bool { return f.reports[dir] == nil })
	}

	deep := hosttest.MakeStale(t, filepath.Join(root, "new/shard/kv"))
	w.untilState(t, deep, report.Stale)
	if err := os.Remove(filepath.Join(deep, lock.DefaultNames.Pidfile)); err != nil {
		t.Fatal(err)
	}
	w.untilState(t, deep, report.Free)

	if err := os.Rename(one, one+".old"); err != nil {
		t.Fatal(err)
	}
	gone(one)
	w.untilState(t, one+".old", report.Free)
	hosttest.MakeStale(t, one)
	w.untilState(t, one, report.Stale)
	if err := os.Remove(filepath.Join(one, lock.DefaultNames.Pidfile)); err != nil {
		t.Fatal(err)
	}
	w.untilState(t, one, report.Free)

	if err := os.RemoveAll(other); err != nil {
		t.Fatal(err)
	}
	gone(other)
	if err := os.Rename(filepath.Dir(one), filepath.Join(root, "moved")); err != nil {
		t.Fatal(err)
	}
	gone(one)
	w.untilState(t, filepath.Join(root, "moved/one"), report.Free)
}

// A mount over a directory hides it, and what was below it comes back when it ends.
func TestEventsOfMounts(t *testing.T) {
	root := hosttest.TempDir(t)
	dir := hosttest.MakeData(t, filepath.Join(root, "shard/kv"))
	empty := hosttest.MakeDir(t, filepath.Join(root, "empty"))
	w := watchEvents(t, root)
	w.untilState(t, dir, report.Free)
	hosttest.Bind(t, empty, filepath.Dir(dir))
	w.until(t, "end of what is covered", func(f *found) bool { return f.reports[dir] == nil })
}

// What is at the path of a directory now is watched, though that one was not moved itself.
func TestEventsWhereAnotherWas(t *testing.T) {
	root := hosttest.TempDir(t)
	shard := filepath.Join(root, "zone/shard")
	hosttest.MakeData(t, filepath.Join(shard, "one"))
	other := hosttest.TempDir(t)
	hosttest.MakeData(t, filepath.Join(other, "two"))
	w := watchEvents(t, root)
	seesNew := func(dir string) {
		t.Helper()
		w.untilState(t, hosttest.MakeStale(t, dir), report.Stale)
	}

	w.untilState(t, hosttest.MakeData(t, filepath.Join(root, "next/shard/three")), report.Free)
	if err := os.Rename(filepath.Join(root, "zone"), filepath.Join(root, "old")); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(root, "next"), filepath.Join(root, "zone")); err != nil {
		t.Fatal(err)
	}
	w.untilState(t, filepath.Join(shard, "three"), report.Free)
	seesNew(filepath.Join(shard, "four"))

	hosttest.Bind(t, other, shard)
	w.untilState(t, filepath.Join(shard, "two"), report.Free)
	seesNew(filepath.Join(shard, "five"))
}

// What comes and goes leaves no watch and no descriptor behind.
func TestEventsLeaveNothing(t *testing.T) {
	root := hosttest.Tree(t, "stays")
	w := watchEvents(t, root)
	source := w.monitor.events.source
	before := source.Stats()
	world := locktest.TestWorld(t)
	for i := range 5 {
		dir := filepath.Join(root, "shard", fmt.Sprint(i))
		daemon, err := world.Daemon(hosttest.MakeDir(t, dir))
		if err != nil {
			t.Fatal(err)
		}
		acquire(t, daemon)
		w.untilState(t, dir, report.Held)
		daemon.Kill()
		w.untilState(t, dir, report.Stale)
	}
	if during := source.Stats(); during.Watched < before.Watched+5 {
		t.Errorf("%d are watched, were %d before there were 5 more", during.Watched, before.Watched)
	}
	if err := os.RemoveAll(filepath.Join(root, "shard")); err != nil {
		t.Fatal(err)
	}
	hosttest.Eventually(t, "all that is gone is watched no more", func() bool {
		now := source.Stats()
		return now.Watched == before.Watched && now.Followed == 0
	})
}

// A daemon that acquires and releases all the time is looked at now and then, and is never refused.
func TestEventsOfALoop(t *testing.T) {
	root := t.TempDir()
	dir := hosttest.MakeDir(t, filepath.Join(root, "kv"))
	loop, err := locktest.TestWorld(t).Loop(dir)
	if err != nil {
		t.Fatal(err)
	}
	w := watchEvents(t, root)
	looks := map[time.Time]bool{}
	w.until(t, "some looks", func(f *found) bool {
		if r := f.reports[dir]; r != nil {
			looks[r.Observed] = true
		}
		return len(looks) >= 3
	})
	w.wantNeverAttention(t, dir)
	counts, err := loop.Stop()
	if err != nil || counts.Acquired == 0 || len(counts.Failed) > 0 {
		t.Errorf("acquired and failed: %v, %v", counts, err)
	}
}

// A flock probe at the moment of an event could meet the daemon that caused it. So where one is made at once,
// nothing is listened to.
func TestNoEventsBesideFlockProbes(t *testing.T) {
	root := hosttest.Tree(t, "kv")
	for probe, listens := range map[observe.Probe]bool{
		observe.ProbeFlock: false, observe.ProbeNever: true, observe.ProbeAuto: true,
	} {
		w := startWatch(t, Config{Roots: []string{root}, Probe: probe})
		w.passes(t, 1)
		if got := w.monitor.events != nil; got != listens {
			t.Errorf("%v: listens %t, want %t", probe, got, listens)
		}
	}
}

// A root that is another directory now makes no event. It is seen at the next poll, and walked.
func TestRootReplaced(t *testing.T) {
	root := filepath.Join(t.TempDir(), "root")
	dir := hosttest.MakeData(t, filepath.Join(root, "one"))
	w := startWatch(t, Config{Roots: []string{root}, Interval: soon})
	w.untilState(t, dir, report.Free)
	if err := os.Rename(root, root+".old"); err != nil {
		t.Fatal(err)
	}
	w.until(t, "end of what was below the root", func(f *found) bool { return f.reports[dir] == nil })
	fresh := hosttest.MakeStale(t, filepath.Join(root, "shard/other"))
	w.untilState(t, fresh, report.Stale)
}

// A directory that has lost its files and gets them again is seen, though it was there all the time.
func TestEventsOfFilesThatComeBack(t *testing.T) {
	root := hosttest.Tree(t, "shard/kv/")
	dir := hosttest.MakeData(t, filepath.Join(root, "shard/kv"))
	w := watchEvents(t, root)
	w.untilState(t, dir, report.Free)
	if err := os.Remove(filepath.Join(dir, lock.DefaultNames.Lock)); err != nil {
		t.Fatal(err)
	}
	w.until(t, "end of it", func(f *found) bool { return f.reports[dir] == nil })
	hosttest.MakeStale(t, dir)
	w.untilState(t, dir, report.Stale)
}

// The summary says how many directories make events, and why the others do not.
func TestWatched(t *testing.T) {
	world, root := locktest.TestWorld(t), t.TempDir()
	play(t, world, filepath.Join(root, "a/shard"), locktest.HeldPlain)
	hosttest.MakeData(t, filepath.Join(root, "a/kv"))
	w := watchEvents(t, root)
	w.until(t, "summary", func(f *found) bool { return f.passes > 0 })
	got := w.found.summary.Watched
	// Passed are the root, a and shard; the process is that of the daemon.
	if got == nil || got.Dirs != 2 || got.Passed != 3 || got.Processes != 1 || len(got.Polled) != 0 {
		t.Errorf("watched: %+v", got)
	}

	polled := startWatch(t, Config{Roots: []string{root}, Interval: time.Hour, Probe: observe.ProbeFlock})
	polled.passes(t, 1)
	if got := polled.found.summary.Watched; got == nil || got.Dirs != 0 || got.Polled[report.PolledByRequest] != 2 {
		t.Errorf("without events: %+v", got)
	}
	if got := once(t, Config{Roots: []string{root}}).summary.Watched; got != nil {
		t.Errorf("one scan: %+v", got)
	}
}
