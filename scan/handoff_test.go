package scan

import (
	"fmt"
	"os"
	"os/exec"
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

// Where leases are to be had no lock is asked for by a flock, neither at first nor beside daemons that hand over.
// Where none are, none is while something moves.
func TestNoFlocks(t *testing.T) {
	if dir := os.Getenv(hosttest.Elsewhere); dir != "" {
		hosttest.ForbidFlock(t)
		cfg := Config{Roots: []string{dir}, Interval: soon}
		if os.Geteuid() == 0 {
			once(t, cfg)
		}
		w := startWatch(t, cfg)
		for end := time.Now().Add(3 * time.Second); time.Now().Before(end); {
			w.passes(t, 1)
		}
		return
	}
	hosttest.NeedRoot(t, "take leases, and become somebody else")
	for _, user := range []string{"root", "nobody"} {
		t.Run(user, func(t *testing.T) {
			root, ok := hosttest.Places(t)["tmpfs"]
			if !ok {
				t.Skip("no tmpfs")
			}
			if err := os.Chmod(root, 0o755); err != nil {
				t.Fatal(err)
			}
			world := locktest.TestWorld(t)
			if user == "root" {
				for _, scene := range []locktest.Scene{
					locktest.HeldPlain, locktest.FreePlain, locktest.StalePlain, locktest.StaleTemp, locktest.OrphanedPlain, locktest.UnnamedPlain,
				} {
					play(t, world, root, scene)
				}
			}
			ended, stop := make(chan error), make(chan struct{})
			const dirs = 4
			for i := range dirs {
				go func() {
					n, err := handOver(world, filepath.Join(root, fmt.Sprint(i)), stop)
					t.Logf("%d hand-offs", n)
					ended <- err
				}()
			}
			hosttest.Again(t, root, func(cmd *exec.Cmd) {
				if user == "nobody" {
					hosttest.AsNobody(cmd)
				}
			})
			close(stop)
			for range dirs {
				if err := <-ended; err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// handOver has two daemons hand a directory over to each other until it is told to stop, or one is refused. It
// returns how often they did.
func handOver(world *locktest.World, dir string, stop <-chan struct{}) (n int, err error) {
	from, err := world.Daemon(dir)
	if err != nil {
		return 0, err
	}
	to, err := world.Daemon(dir)
	if err == nil {
		err = from.Acquire()
	}
	for ; err == nil; n++ {
		select {
		case <-stop:
			return n, nil
		default:
		}
		if err = from.Release(); err == nil {
			err = to.Acquire()
		}
		from, to = to, from
	}
	return n, err
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
