package scan

import (
	"path/filepath"
	"testing"
	"time"

	"lockscope/lock/locktest"
	"lockscope/scan/hosttest"
	"lockscope/scan/observe"
	"lockscope/scan/report"
)

// A hand-off is a release, then an acquire by another process. However the
// looks fall into it, it is never something that needs attention.
func TestRunHandOff(t *testing.T) {
	for place, root := range hosttest.Places(t) {
		t.Run(place, func(t *testing.T) {
			world := locktest.TestWorld(t)
			site := play(t, world, root, locktest.HeldPlain)
			w := startWatch(t, Config{Roots: []string{root}, Interval: soon})
			w.untilState(t, site.Dir, report.Held)
			incumbent := site.Procs[0]
			for range 30 {
				successor, err := world.Daemon(site.Dir)
				if err != nil {
					t.Fatal(err)
				}
				if err := incumbent.Release(); err != nil {
					t.Fatal(err)
				}
				acquire(t, successor)
				w.until(t, "successor", func(f *found) bool {
					r := f.reports[site.Dir]
					return r.Verdict.State == report.Held && !r.Checking && r.Evidence.Pidfile.PID == successor.PID
				})
				incumbent.Kill()
				incumbent = successor
			}
			w.wantNeverAttention(t, site.Dir)
		})
	}
}

// A daemon that acquires and releases all the time is never something that
// needs attention, and keeps nobody from seeing what becomes of the others.
func TestRunLoop(t *testing.T) {
	for place, root := range hosttest.Places(t) {
		t.Run(place, func(t *testing.T) {
			world := locktest.TestWorld(t)
			dir := filepath.Join(root, "loop")
			loop, err := world.Loop(dir)
			if err != nil {
				t.Fatal(err)
			}
			w := startWatch(t, Config{Roots: []string{root}, Interval: soon})
			w.passes(t, 1)
			other := play(t, world, filepath.Join(root, "other"), locktest.HeldPlain)
			w.monitor.Walk()
			w.untilState(t, other.Dir, report.Held)
			other.Holders[0].Kill()
			w.untilState(t, other.Dir, report.Stale)
			w.wantNeverAttention(t, dir)
			counts, err := loop.Stop()
			if err != nil || counts.Acquired == 0 {
				t.Fatalf("%v, %v", counts, err)
			}
			t.Logf("%v acquires, %d changes told", counts, len(w.changes(dir)))
			w.untilState(t, dir, report.Free)
		})
	}
}

// Looking without a probe fails nobody's acquire, however often it is done.
func TestNeverDisturbs(t *testing.T) {
	root := hosttest.TempDir(t)
	w := locktest.TestWorld(t)
	daemon, err := w.Loop(hosttest.MakeDir(t, root+"/data"))
	if err != nil {
		t.Fatal(err)
	}
	m := startWatch(t, Config{Roots: []string{root}, Probe: observe.ProbeNever, Interval: 20 * time.Millisecond})
	passes := 0
	deadline := time.Now().Add(3 * time.Second)
	m.until(t, "some passes", func(f *found) bool {
		if passes < f.passes && time.Now().Before(deadline) {
			m.monitor.Observe()
		}
		passes = f.passes
		return passes >= 5 && time.Now().After(deadline)
	})
	counts, err := daemon.Stop()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%v acquired beside %d passes", counts, passes)
	if counts.Acquired == 0 || len(counts.Failed) > 0 {
		t.Errorf("acquired and failed: %v", counts)
	}
}
