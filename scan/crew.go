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
	// where is the path that run asks about.
	where() string
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

// crew does jobs on a bounded number of goroutines. A job that does not come
// back in time is given up, and with it, unasked, every other on the same mount until it
// does come back: a hung mount costs its own directories an answer and nothing else.
//
// Well before that, a job that takes long gets a stand-in, so that the others
// do not wait for it, and the jobs on the same mount are put aside.
type crew struct {
	limit   time.Duration            // for one job
	size    int                      // goroutines at work
	most    int                      // goroutines in all, the stuck ones included
	mountOf func(path string) string // the mount point that a path is below

	mu       sync.Mutex
	more     sync.Cond // there may be something to take, or the crew is dismissed
	queue    []job     // last in, first out: a walk then keeps few directories open
	aside    []job     // on doubtful mounts
	running  map[*task]bool
	doubtful map[string]int // late tasks by mount point
	hung     map[string]int // given-up tasks that have not come back, by mount point
	pending  int            // jobs added and neither finished nor given up
	workers  int            // goroutines that are neither late nor stuck
	all      int            // goroutines
	closed   bool
	idle     chan struct{} // closed when pending falls to 0
}

type task struct {
	job   job
	since time.Time
	state taskState
	mount string // known once it is late
}

type taskState uint8

const (
	taskRunning taskState = iota
	taskLate              // has a stand-in
	taskGivenUp
)

func newCrew(size int, limit time.Duration, mountOf func(string) string) *crew {
	c := &crew{
		limit: limit, size: size, most: 4 * size, mountOf: mountOf,
		running: map[*task]bool{}, doubtful: map[string]int{}, hung: map[string]int{},
	}
	c.more.L = &c.mu
	return c
}

// late is how long a job takes before it gets a stand-in.
func (c *crew) late() time.Duration { return c.limit / 5 }

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
	for c.workers < c.size && c.all < c.most {
		c.start()
	}
	c.more.Broadcast()
}

// start begins a goroutine. The caller holds mu.
func (c *crew) start() {
	c.workers++
	c.all++
	go c.work()
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
			c.check(now)
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
		switch state, surplus := c.back(t); {
		case state == taskGivenUp:
			t.job.discard()
		default:
			t.job.finish()
			c.settle(1)
			if !surplus {
				continue
			}
		}
		c.leave()
		return
	}
}

// take waits for a job that is on no mount in doubt. It returns nil when the
// goroutine is to end.
func (c *crew) take() *task {
	for {
		j, hopeless := c.next()
		switch {
		case j == nil:
			return nil
		case hopeless:
			j.giveUp(c.noAnswer())
			c.settle(1)
		default:
			t := &task{job: j, since: time.Now()}
			c.mu.Lock()
			c.running[t] = true
			c.mu.Unlock()
			return t
		}
	}
}

func (c *crew) next() (j job, hopeless bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		for len(c.queue) > 0 {
			last := len(c.queue) - 1
			j := c.queue[last]
			c.queue[last] = nil
			c.queue = c.queue[:last]
			if len(c.doubtful)+len(c.hung) == 0 {
				return j, false
			}
			mount := c.mountOf(j.where())
			if c.doubtful[mount] == 0 {
				return j, c.hung[mount] > 0
			}
			c.aside = append(c.aside, j)
		}
		if c.closed {
			c.workers--
			c.all--
			return nil, false
		}
		c.more.Wait()
	}
}

// back takes note that a task came back. surplus means that its goroutine has
// a stand-in and is to end.
func (c *crew) back(t *task) (state taskState, surplus bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.running, t)
	switch t.state {
	case taskLate:
		c.forgive(t)
	case taskGivenUp:
		decrease(c.hung, t.mount)
	}
	return t.state, t.state == taskLate
}

// leave takes a goroutine out of the count that was taken out of workers when it got its stand-in.
func (c *crew) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all--
	if c.workers < c.size && c.pending > 0 && !c.closed {
		c.start()
	}
}

// forgive ends the doubt that a late task casts on its mount.
func (c *crew) forgive(t *task) {
	decrease(c.doubtful, t.mount)
	c.queue = append(c.queue, c.aside...)
	c.aside = nil
	c.more.Broadcast()
}

func decrease(m map[string]int, key string) {
	if m[key]--; m[key] <= 0 {
		delete(m, key)
	}
}

// settle counts jobs as done with.
func (c *crew) settle(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pending -= n
	if c.pending == 0 && c.idle != nil {
		close(c.idle)
		c.idle = nil
	}
}

// check gives stand-ins to the tasks that are late, and gives up those that
// have run for too long, and what is left when every goroutine is stuck.
func (c *crew) check(now time.Time) {
	lost := c.lost(now)
	for _, j := range lost {
		j.giveUp(c.noAnswer())
	}
	c.settle(len(lost))
}

func (c *crew) lost(now time.Time) (lost []job) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for t := range c.running {
		age := now.Sub(t.since)
		if t.state == taskRunning && age > c.late() {
			t.state, t.mount = taskLate, c.mountOf(t.job.where())
			c.doubtful[t.mount]++
			c.workers--
			if c.all < c.most {
				c.start()
			}
		}
		if t.state == taskLate && age > c.limit {
			t.state = taskGivenUp
			c.hung[t.mount]++
			c.forgive(t)
			lost = append(lost, t.job)
		}
	}
	if c.workers == 0 && c.all >= c.most && len(c.doubtful) == 0 {
		lost = append(append(lost, c.queue...), c.aside...)
		c.queue, c.aside = nil, nil
	}
	return lost
}

func (c *crew) noAnswer() error { return fmt.Errorf("%w in %v", ErrNoAnswer, c.limit) }

func (c *crew) dropQueue() {
	c.mu.Lock()
	n := len(c.queue) + len(c.aside)
	c.queue, c.aside = nil, nil
	c.mu.Unlock()
	c.settle(n)
}
