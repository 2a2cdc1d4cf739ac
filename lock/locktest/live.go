package locktest

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// An act is something that happens to a daemon, in stages with a pause between them. After an act, the
// actor holds the lock.
type act [][]step

var (
	begin     = act{{end, daemon, acquire}}
	handsOver = act{{handOver}}
	restarts  = act{{release, end}, {daemon, acquire}}
	crashes   = act{{end}, {daemon, acquire}}
	// The daemon crashes, and a program that it started keeps the lock.
	orphans = act{{forks("logrotate", "/etc/logrotate.conf"), kill}, {end, daemon, acquire}}

	// acts are what one is chosen from at random. Most are what a healthy daemon does.
	acts = []act{handsOver, handsOver, restarts, restarts, crashes, orphans}
)

// end kills every process of the site.
func end(s *Site) error {
	for _, p := range s.Procs {
		p.Kill()
	}
	s.Procs = nil
	return nil
}

// handOver has the actor release the lock for a successor, which becomes the actor.
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

// Live makes something happen in more than half of the directories, until ctx ends: now and then a
// daemon hands over to a successor, is restarted, or dies and is replaced after a while. In one of them a
// hand-over follows the other every few seconds. Close ends the processes.
func (b *Sandbox) Live(ctx context.Context) { b.live(ctx, time.Minute) }

// live does what Live does. pace is the average pause after an act.
func (b *Sandbox) live(ctx context.Context, pace time.Duration) {
	defer context.AfterFunc(ctx, b.resume)() // a daemon that somebody has stopped would never answer
	var wg sync.WaitGroup
	for i, s := range b.living {
		chosen, pause := acts, pace
		if i == 0 { // one need not wait for long to see a hand-over
			chosen, pause = []act{handsOver}, pace/20
		}
		wg.Go(func() { s.live(ctx, chosen, pause, pace/10) })
	}
	wg.Wait()
}

// live performs acts, with pauses of pace between them. An outage is between the stages of one.
func (s *Site) live(ctx context.Context, acts []act, pace, outage time.Duration) {
	for rest(ctx, pace); ctx.Err() == nil; rest(ctx, pace) {
		if s.perform(ctx, acts[rand.IntN(len(acts))], outage) != nil {
			s.perform(ctx, begin, outage) // somebody has killed the process or taken the lock
		}
	}
}

// perform carries out an act. pace is the average pause between its stages.
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

// rest waits for up to twice the mean, or until ctx ends.
func rest(ctx context.Context, mean time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(rand.N(2*mean + 1)):
	}
}
