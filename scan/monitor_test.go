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

	"lockscope/lock"
	"lockscope/lock/locktest"
	"lockscope/scan/hosttest"
	"lockscope/scan/report"
)

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
			w.monitor.Walk()
			w.untilState(t, fresh.Dir, report.Stale)
			w.passes(t, 2)
			if got := w.found.summary; got.Dirs != 1 || got.States[report.Stale] != 1 {
				t.Errorf("%+v", got)
			}
		})
	}
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
		w.monitor.Observe() // does nothing, and does not block
		w.monitor.Walk()
		w.monitor.SetInterval(soon)
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
	hosttest.Eventually(t, "no directory is open any more", func() bool { return openBelow(t, root) <= before })
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
			f := once(t, test.cfg)
			f.wantPaths(t, root, test.want...)
			if f.summary.Errors != 1 || len(f.errors) != 1 || !f.errors[0].Root {
				t.Errorf("errors %v, %d in the summary", f.errors, f.summary.Errors)
			}
		})
	}
}

// Whoever stops a watch before its first pass is over is told what it came to by then.
func TestRunStoppedIsSummarized(t *testing.T) {
	root := hosttest.Tree(t, "one")
	dir := filepath.Join(root, "one")
	lockByHand(t, dir) // which takes a second look
	w := startWatch(t, Config{Roots: []string{root}})
	w.until(t, "first look", func(f *found) bool { return f.reports[dir] != nil })
	w.cancel()
	<-w.done
	w.see(func(f *found) {
		if f.passes != 1 || f.summary.Dirs != 1 {
			t.Errorf("%d summaries, %+v; want one, of a directory", f.passes, f.summary)
		}
	})
}
