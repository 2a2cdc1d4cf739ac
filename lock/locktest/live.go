package locktest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"time"
)

// An act is what happens to a daemon, in stages between which time passes.
// After each, the actor holds the lock again.
type act [][]step

var (
	begin = act{{end, daemon, acquire}}
	acts  = []act{
		{{handOver}},
		{{release, end}, {daemon, acquire}}, // restarted
		{{end}, {daemon, acquire}},          // crashed
		{{forks("logrotate", "/etc/logrotate.conf"), kill}, {end, daemon, acquire}}, // crashed, and a child keeps the lock
	}
)

// end kills every process of the site.
func end(s *Site) error {
	for _, p := range s.Procs {
		p.Kill()
	}
	s.Procs = nil
	return nil
}

// handOver has the actor release the lock for a successor, which becomes the
// actor.
func handOver(s *Site) error {
	incumbent := s.actor
	for _, do := range []step{daemon, func(*Site) error { return incumbent.Release() }, acquire} {
		if err := do(s); err != nil {
			return err
		}
	}
	incumbent.Kill()
	s.Procs = []*Proc{s.actor}
	return nil
}

// liveSites is how many directories Live adds: with those of Demo, forty.
const liveSites = 22

// Live adds a shard whose daemons live: now and then one hands over to a
// successor, is restarted, or dies and is replaced after a while. It returns
// when ctx ends, and leaves the processes to Close.
func (w *World) Live(ctx context.Context) { w.live(ctx, 15*time.Second) }

// live lets each daemon rest for pace on average after an act.
func (w *World) live(ctx context.Context, pace time.Duration) {
	var wg sync.WaitGroup
	for i := range liveSites {
		dir := filepath.Join(w.Root, fmt.Sprintf("eu/shard-07/tenant-%04d/data", 3000+37*i))
		wg.Go(func() { (&Site{Dir: dir, State: Held, world: w}).live(ctx, pace) })
	}
	wg.Wait()
}

func (s *Site) live(ctx context.Context, pace time.Duration) {
	for next := begin; ctx.Err() == nil; rest(ctx, pace) {
		if s.perform(ctx, next, pace/4) != nil {
			next = begin // somebody interfered with the process or the lock
		} else {
			next = acts[rand.IntN(len(acts))]
		}
	}
}

// perform plays an act, resting for pace on average between its stages.
func (s *Site) perform(ctx context.Context, a act, pace time.Duration) error {
	for i, stage := range a {
		if i > 0 {
			rest(ctx, pace)
		}
		for _, do := range stage {
			if err := do(s); err != nil {
				return err
			}
		}
	}
	return nil
}

// rest takes up to twice the mean, or until ctx ends.
func rest(ctx context.Context, mean time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(rand.N(2*mean + 1)):
	}
}
