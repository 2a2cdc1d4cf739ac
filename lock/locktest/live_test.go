package locktest

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestActsEndHeld(t *testing.T) {
	for i, a := range acts {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			s := play(t, HeldPlain)
			before := s.actor
			if err := s.perform(t.Context(), a, 0); err != nil {
				t.Fatal(err)
			}
			s.Look()
			checkHolders(t, s)
			checkState(t, s)
			if before.Alive() || s.Owner != s.actor.PID {
				t.Errorf("owner %d, %s before it", s.Owner, before)
			}
			if len(s.Procs) != 1 || len(s.world.procs) != 1 {
				t.Errorf("%v left at the site, %v in the world", s.Procs, s.world.procs)
			}
		})
	}
}

// Every living directory changes hands, even while somebody kills daemons from outside. The other
// directories stay as they are.
func TestLive(t *testing.T) {
	b := sandbox(t)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		b.live(ctx, 5*time.Millisecond)
		close(ended)
	}()
	owners := func() map[string]int {
		dirs, _ := filepath.Glob(filepath.Join(b.Root, "*/*/*/data"))
		pids := map[string]int{}
		for _, dir := range dirs {
			s := Site{Dir: dir}
			s.Look()
			pids[dir] = s.Owner
		}
		return pids
	}
	living := map[string]int{} // the first owner that was seen
	for _, s := range b.living {
		living[s.Dir] = 0
	}
	still := owners()
	maps.DeleteFunc(still, func(dir string, _ int) bool { _, lives := living[dir]; return lives })
	if len(living) != livingSites || len(still) != len(demoSites)+len(servedToo) {
		t.Fatalf("%d live and %d do not", len(living), len(still))
	}
	eventually(t, "each has had an owner", func() bool {
		owned := true
		for dir, pid := range owners() {
			if first, lives := living[dir]; lives && first == 0 {
				living[dir] = pid
				owned = owned && pid != 0
			}
		}
		return owned
	})
	b.mu.Lock()
	procs := slices.Collect(maps.Keys(b.procs))
	b.mu.Unlock()
	for _, p := range procs {
		if _, lives := living[p.dir()]; lives {
			p.signal(unix.SIGTERM)
		}
	}
	eventually(t, "each has had another owner", func() bool {
		for dir, pid := range owners() {
			if pid != 0 && pid != living[dir] {
				delete(living, dir)
			}
		}
		return len(living) == 0
	})
	cancel()
	<-ended
	for dir, pid := range owners() {
		if before, ok := still[dir]; ok && before != pid {
			t.Errorf("%s belongs to %d, and to %d before", dir, pid, before)
		}
	}
}

// Live ends even if somebody has stopped a daemon.
func TestLiveEndsBesideStopped(t *testing.T) {
	b := sandbox(t)
	var stopped []*Proc
	for _, s := range b.living {
		stopped = append(stopped, s.actor)
		if err := s.actor.Pause(); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		b.live(ctx, 5*time.Millisecond)
		close(ended)
	}()
	eventually(t, "one that was stopped is told something", func() bool {
		return slices.ContainsFunc(stopped, func(p *Proc) bool {
			idle := p.asking.TryLock()
			if idle {
				p.asking.Unlock()
			}
			return !idle
		})
	})
	cancel()
	eventually(t, "the end", func() bool {
		select {
		case <-ended:
			return true
		default:
			return false
		}
	})
}
