package scan

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lockscope/lock"
	"lockscope/lock/locktest"
	"lockscope/scan/hosttest"
	"lockscope/scan/report"
)

// What is found is told before all is known.
func TestRunStreams(t *testing.T) {
	world, root := locktest.TestWorld(t), t.TempDir()
	free := play(t, world, root, locktest.FreePlain)
	busy := play(t, world, root, locktest.UnnamedPlain)
	stop := keepWriting(t, busy.Dir) // so that it takes ten looks, a second, to be sure of it
	w := startWatch(t, Config{Roots: []string{root}, Interval: soon})
	w.untilState(t, busy.Dir, report.Unnamed)
	stop()
	w.passes(t, 1)
	first := slices.IndexFunc(w.updates, func(u report.Update) bool {
		return slices.ContainsFunc(u.Changes, func(c report.Change) bool { return c.Report.Path == free.Dir })
	})
	if end := slices.IndexFunc(w.updates, func(u report.Update) bool { return u.Summary != nil }); first >= end {
		t.Errorf("the first result came in update %d, the first summary in %d", first, end)
	}
	if c := w.changes(free.Dir)[0]; !c.New || c.Report.Verdict.State != report.Free || c.Report.Checking || c.Report.Root != root {
		t.Errorf("%+v", c)
	}
	if c := w.changes(busy.Dir)[0]; !c.New || !c.Report.Checking {
		t.Errorf("at first sight %s, new %t, checking %t", c.Report.Verdict.State, c.New, c.Report.Checking)
	}
}

// What may be a moment of the protocol is looked at again when that would be over.
func TestSecondLookWaits(t *testing.T) {
	world, root := locktest.TestWorld(t), t.TempDir()
	site := play(t, world, root, locktest.UnnamedPlain)
	w := startWatch(t, Config{Roots: []string{root}})
	w.untilState(t, site.Dir, report.Unnamed)
	changes := w.changes(site.Dir)
	first, last := changes[0], changes[len(changes)-1]
	if waited := last.Report.Observed.Sub(first.Report.Observed); !first.Report.Checking || waited < lookAgain {
		t.Errorf("%v between the first look (checking: %t) and the last of %d", waited, first.Report.Checking, len(changes))
	}
}

// keepWriting makes and removes a file in a directory, over and over.
func keepWriting(t *testing.T, dir string) (stop func()) {
	quit, ended := make(chan struct{}), make(chan struct{})
	name := filepath.Join(dir, "000001.log")
	go func() {
		defer close(ended)
		for {
			select {
			case <-quit:
				return
			default:
				os.WriteFile(name, nil, 0o644)
				os.Remove(name)
			}
		}
	}()
	stopped := false
	stop = func() {
		if !stopped {
			close(quit)
			<-ended
			stopped = true
		}
	}
	t.Cleanup(stop)
	return stop
}

// The life of a directory: held, its daemon killed, broken, held again, given
// up, gone; and a new one.
func TestRunLife(t *testing.T) {
	for place, root := range hosttest.Places(t) {
		t.Run(place, func(t *testing.T) {
			world := locktest.TestWorld(t)
			site := play(t, world, root, locktest.HeldPlain)
			w := startWatch(t, Config{Roots: []string{root}, Interval: soon})
			w.untilState(t, site.Dir, report.Held)

			site.Holders[0].Kill()
			stale := w.untilState(t, site.Dir, report.Stale)
			if stale.Evidence.Process != lock.ProcessGone || !stale.Breakable() {
				t.Errorf("process %v, breakable %t", stale.Evidence.Process, stale.Breakable())
			}
			if removed, err := lock.BreakStale(site.Dir, stale.Evidence.Evidence); err != nil || len(removed) != 1 {
				t.Fatalf("removed %q: %v", removed, err)
			}
			w.untilState(t, site.Dir, report.Free)

			daemon, err := world.Daemon(site.Dir)
			if err != nil {
				t.Fatal(err)
			}
			acquire(t, daemon)
			w.until(t, "new holder by name", func(f *found) bool { // while its pidfile is on the way, it has none
				r := f.reports[site.Dir]
				return r != nil && r.Verdict.State == report.Held && r.Evidence.Pidfile.PID == daemon.PID
			})
			if err := daemon.Release(); err != nil {
				t.Fatal(err)
			}
			w.untilState(t, site.Dir, report.Free)
			if got, want := states(w.changes(site.Dir)), []report.State{report.Held, report.Stale, report.Free, report.Held, report.Free}; !slices.Equal(got, want) {
				t.Errorf("went through %v, want %v", got, want)
			}

			if err := os.RemoveAll(site.Dir); err != nil {
				t.Fatal(err)
			}
			w.until(t, "end of the removed directory", func(f *found) bool { return f.reports[site.Dir] == nil })
			fresh := play(t, world, root, locktest.StalePlain)
			w.Walk()
			w.untilState(t, fresh.Dir, report.Stale)
			w.passes(t, 2)
			if got := w.found.summary; got.Dirs != 1 || got.States[report.Stale] != 1 {
				t.Errorf("%+v", got)
			}
		})
	}
}

// acquire makes a daemon take its lock, once more where a probe was in its way.
func acquire(t *testing.T, daemon *locktest.Proc) {
	t.Helper()
	for {
		err := daemon.Acquire()
		if err == nil {
			return
		} else if !errors.Is(err, lock.ErrHeld) {
			t.Fatal(err)
		}
	}
}

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

// Whoever locks after a search of all processes was made is found by the next one.
func TestSearchIsMadeAnew(t *testing.T) {
	root := tree(t, "one", "other")
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

// When it is told to end, it does so at once, tells what it knows, and no more.
func TestRunCancel(t *testing.T) {
	root := t.TempDir()
	play(t, locktest.TestWorld(t), root, locktest.HeldPlain)
	for _, interval := range []time.Duration{0, time.Millisecond, time.Hour} {
		w := startWatch(t, Config{Roots: []string{root}, Interval: interval})
		w.passes(t, 1)
		w.cancel()
		select {
		case <-w.done:
		case <-time.After(hosttest.Patience):
			t.Fatal("does not end")
		}
		if !errors.Is(w.err, context.Canceled) {
			t.Errorf("Run: %v", w.err)
		}
		told := len(w.updates)
		w.Observe() // does nothing, and does not block
		w.Walk()
		w.SetInterval(soon)
		if len(w.updates) != told {
			t.Error("told more after its end")
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := New(Config{Roots: []string{root}, MaxDepth: -1}).Once(ctx, func(report.Update) {}); !errors.Is(err, context.Canceled) {
		t.Errorf("Once: %v", err)
	}
}

// A walk that is cut short leaves no directory open.
func TestRunCancelCloses(t *testing.T) {
	root := t.TempDir()
	const width = 100
	for i := range width {
		for k := range width {
			hosttest.MakeData(t, filepath.Join(root, fmt.Sprintf("%d/%d/kv", i, k)))
		}
	}
	before := openBelow(t, root)
	ctx, cancel := context.WithCancel(t.Context())
	found := 0
	New(Config{Roots: []string{root}, MaxDepth: -1, Timeout: hosttest.Patience}).Run(ctx, func(u report.Update) {
		cancel()
		found += len(u.Changes)
	})
	if found == width*width {
		t.Skip("the walk was over before it could be cut short")
	}
	deadline := time.Now().Add(10 * time.Second)
	for openBelow(t, root) > before {
		if time.Now().After(deadline) {
			t.Fatalf("%d directories are still open", openBelow(t, root)-before)
		}
		time.Sleep(10 * time.Millisecond) // a poll
	}
}

// openBelow is how many descriptors this process has below a directory.
func openBelow(t *testing.T, dir string) (n int) {
	t.Helper()
	links, err := filepath.Glob("/proc/self/fd/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, link := range links {
		if path, err := os.Readlink(link); err == nil && strings.HasPrefix(path, dir) {
			n++
		}
	}
	return n
}

// An error is told once, however often the directories of other roots are looked at.
func TestWalkErrorOnce(t *testing.T) {
	root := t.TempDir()
	play(t, locktest.TestWorld(t), root, locktest.UnnamedPlain) // needs a second look
	f := survey(t, Config{Roots: []string{filepath.Join(root, "missing"), root}})
	if len(f.errors) != 1 || f.summary.Errors != 1 {
		t.Errorf("errors %v, %d in the summary", f.errors, f.summary.Errors)
	}
}

// What the configuration says of the walk reaches it, and errors are counted.
func TestConfigOfWalk(t *testing.T) {
	root := hosttest.Tree(t, "kv", "kv/inner", "cache/kv", "a/deep/kv", "mnt/")
	hosttest.MountOn(t, filepath.Join(root, "mnt"), "-t", "tmpfs", "-o", "size=1m", "tmpfs")
	hosttest.MakeData(t, filepath.Join(root, "mnt/kv"))
	for name, test := range map[string]struct {
		cfg  Config
		want []string
	}{
		"all":             {Config{}, []string{"kv", "cache/kv", "a/deep/kv", "mnt/kv"}},
		"max depth":       {Config{MaxDepth: 2}, []string{"kv", "cache/kv", "mnt/kv"}},
		"exclude":         {Config{Exclude: []string{"cache"}}, []string{"kv", "a/deep/kv", "mnt/kv"}},
		"descend":         {Config{Descend: true}, []string{"kv", "kv/inner", "cache/kv", "a/deep/kv", "mnt/kv"}},
		"one file system": {Config{OneFileSystem: true}, []string{"kv", "cache/kv", "a/deep/kv"}},
		"other names":     {Config{Names: lock.Names{Lock: "LOCK", Pidfile: "PID"}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			test.cfg.Roots = []string{root, filepath.Join(root, "missing")}
			f := survey(t, test.cfg)
			f.wantPaths(t, root, test.want...)
			if f.summary.Errors != 1 || len(f.errors) != 1 || !f.errors[0].Root {
				t.Errorf("errors %v, %d in the summary", f.errors, f.summary.Errors)
			}
		})
	}
}
