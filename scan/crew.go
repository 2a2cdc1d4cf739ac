package scan

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// job is one piece of work that asks a file system something, and so may
// never come back.
type job interface {
	// run does the work. It may block, and keeps what it finds to itself.
	run()
	// finish makes known what run found, and may add jobs. It does not block.
	finish()
	// giveUp is called instead of finish when run has not returned in time, or was never
	// called; run may still be going on, so what it writes must not be read.
	giveUp(err error)
	// discard frees what run took hold of, where it comes back after it was given up.
	discard()
}

// crew does jobs on a bounded number of goroutines. One that does not come
// back in time is given up and replaced: a hung mount costs its own directories an
// answer and nothing else.
type crew struct {
	limit    time.Duration // for one job
	size     int           // goroutines at work
	maxStuck int           // beyond this many, no more are risked

	mu      sync.Mutex
	more    sync.Cond // a job was added, or the crew is dismissed
	queue   []job     // last in, first out: a walk then keeps few directories open
	running map[*task]bool
	pending int // jobs added and neither finished nor given up
	workers int // goroutines that are not stuck
	stuck   int
	closed  bool
	idle    chan struct{} // closed when pending falls to 0
}

type task struct {
	job     job
	since   time.Time
	givenUp bool
}

func newCrew(size int, limit time.Duration) *crew {
	c := &crew{limit: limit, size: size, maxStuck: 4 * size, running: map[*task]bool{}}
	c.more.L = &c.mu
	return c
}

// add queues jobs. It may be called from finish.
func (c *crew) add(jobs ...job) {
	if len(jobs) == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.queue = append(c.queue, jobs...)
	c.pending += len(jobs)
	if c.idle == nil {
		c.idle = make(chan struct{})
	}
	for c.workers < c.size {
		c.workers++
		go c.work()
	}
	c.more.Broadcast()
}

// wait returns when every job is finished or given up, or ctx ends; it
// waits for nobody who is stuck.
func (c *crew) wait(ctx context.Context) error {
	c.mu.Lock()
	idle := c.idle
	c.mu.Unlock()
	if idle == nil {
		return ctx.Err()
	}
	tick := time.NewTicker(max(c.limit/20, time.Millisecond))
	defer tick.Stop()
	for {
		select {
		case <-idle:
			return ctx.Err()
		case <-ctx.Done():
			c.dropQueue()
			return ctx.Err()
		case now := <-tick.C:
			c.giveUpOn(now)
		}
	}
}

// dismiss ends the goroutines as they come to rest.
func (c *crew) dismiss() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	c.more.Broadcast()
}

func (c *crew) work() {
	for {
		t := c.take()
		if t == nil {
			return
		}
		t.job.run()
		if c.isGivenUp(t) {
			t.job.discard()
			return // another has taken this one's place
		}
		t.job.finish()
		c.mu.Lock()
		c.settle(1)
		c.mu.Unlock()
	}
}

func (c *crew) take() *task {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.queue) == 0 {
		if c.closed {
			c.workers--
			return nil
		}
		c.more.Wait()
	}
	last := len(c.queue) - 1
	t := &task{job: c.queue[last], since: time.Now()}
	c.queue[last] = nil
	c.queue = c.queue[:last]
	c.running[t] = true
	return t
}

func (c *crew) isGivenUp(t *task) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.running, t)
	if t.givenUp {
		c.stuck--
	}
	return t.givenUp
}

// settle counts jobs as done with. The caller holds mu.
func (c *crew) settle(n int) {
	c.pending -= n
	if c.pending == 0 && c.idle != nil {
		close(c.idle)
		c.idle = nil
	}
}

// giveUpOn gives up the jobs that have run for too long, and those that nobody is left to run.
func (c *crew) giveUpOn(now time.Time) {
	var lost []job
	c.mu.Lock()
	for t := range c.running {
		if !t.givenUp && now.Sub(t.since) > c.limit {
			t.givenUp = true
			lost = append(lost, t.job)
			c.stuck++
			if c.stuck < c.maxStuck {
				go c.work()
			} else {
				c.workers--
			}
		}
	}
	if c.workers == 0 {
		lost = append(lost, c.queue...)
		c.queue = nil
	}
	c.mu.Unlock()
	for _, j := range lost {
		j.giveUp(fmt.Errorf("%w in %v", ErrNoAnswer, c.limit))
	}
	c.mu.Lock()
	c.settle(len(lost))
	c.mu.Unlock()
}

func (c *crew) dropQueue() {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := len(c.queue)
	c.queue = nil
	c.settle(n)
}
