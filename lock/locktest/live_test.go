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

// TestLive sees every directory change hands, although somebody kills daemons
// from outside.
func TestLive(t *testing.T) {
	w := TestWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		w.live(ctx, 5*time.Millisecond)
		close(ended)
	}()
	owners := func() map[string]int {
		dirs, _ := filepath.Glob(filepath.Join(w.Root, "eu/*/*/data"))
		pids := map[string]int{}
		for _, dir := range dirs {
			s := Site{Dir: dir}
			s.Look()
			pids[dir] = s.Owner
		}
		return pids
	}
	first := map[string]int{}
	eventually(t, "each has had an owner", func() bool {
		for dir, pid := range owners() {
			if pid != 0 {
				first[dir] = pid
			}
		}
		return len(first) == liveSites
	})
	w.mu.Lock()
	procs := slices.Collect(maps.Keys(w.procs))
	w.mu.Unlock()
	for _, p := range procs {
		p.signal(unix.SIGTERM)
	}
	eventually(t, "each has had another owner", func() bool {
		for dir, pid := range owners() {
			if pid != 0 && pid != first[dir] {
				delete(first, dir)
			}
		}
		return len(first) == 0
	})
	cancel()
	<-ended
}
