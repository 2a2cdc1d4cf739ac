package scan

import (
	"context"
	"fmt"
	"lockscope/scan/report"
	"slices"
	"sync"
	"time"
)

// job is one piece of work that asks a file system something, and so may
// never come back.
type job interface {
	// where is the path that run asks about, without links, or else something that is no
	// absolute path and stands for a mount of its own.
	where() string
	// run does the work. It may block, and keeps what it finds to itself.
	run()
	// finish makes known what run found, and may add jobs. It does not block.
	finish()
	// giveUp is called instead of finish when run has not returned in time, or was never
	// called; run may still be going on, so what it writes must not be read.
	giveUp(err error)
	// discard frees what the job holds, where run comes back after it was given
	// up, or was never called.
	discard()
}

// crew does jobs on a bounded number of goroutines. A job that does not come
// back in time is given up. Well before that it gets a stand-in, so that the others do not wait for
// it, and its mount comes under suspicion: of the jobs there only one at a time is
// risked, until one comes back and clears the mount. Where two are given up and none comes
// back, the mount hangs, and the rest of its jobs are given up unasked: it costs its
// own directories an answer and nothing else.
type crew struct {
	limit   time.Duration            // for one job
	size    int                      // goroutines at work
	most    int                      // goroutines in all, the stuck ones included
	mountOf func(path string) string // the mount point that a path is below; called by one goroutine at a time

	mu       sync.Mutex
	more     sync.Cond           // there may be something to take, or the crew is dismissed
	queue    []job               // last in, first out: a walk then keeps few directories open
	aside    []job               // on mounts under suspicion
	tasks    map[*task]bool      // of every goroutine its own
	suspects map[string]*suspect // by mount point
	stuck    map[string]int      // by path, tasks that were given up and have not come back
	pending  int                 // jobs added and neither finished nor given up
	workers  int                 // goroutines that are neither late nor stuck
	all      int                 // goroutines
	closed   bool
	idle     chan struct{} // closed when pending falls to 0
}

// task is what a goroutine does.
type task struct {
	job   job // nil while there is nothing to do
	since time.Time
	state taskState
	mount *suspect // what mount it is on, where that is or was under suspicion
	name  string   // the mount point
}

type taskState uint8

const (
	taskRunning taskState = iota
	taskLate              // has a stand-in
	taskGivenUp
)

// leastMost is how many goroutines there may be at least: one that is stuck
// costs little, and each hung mount takes a few.
const leastMost = 256

func newCrew(size int, limit time.Duration, mountOf func(string) string) *crew {
	c := &crew{
		limit: limit, size: size, most: max(4*size, leastMost), mountOf: mountOf,
		tasks: map[*task]bool{}, suspects: map[string]*suspect{}, stuck: map[string]int{},
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
	if c.closed {
		for _, j := range jobs {
			j.discard()
		}
		return
	}
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
	t := &task{}
	c.tasks[t] = true
	go c.work(t)
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

func (c *crew) work(t *task) {
	for done := 0; ; done = 1 {
		j := c.take(t, done)
		if j == nil {
			return
		}
		j.run()
		switch state, surplus := c.back(t); {
		case state == taskGivenUp:
			j.discard()
		default:
			j.finish()
			if !surplus {
				continue
			}
			c.settle(1)
		}
		c.leave(t)
		return
	}
}

// take waits for a job that may be run. It returns nil when the goroutine is to end. done is
// how many it has just finished.
func (c *crew) take(t *task, done int) job {
	for {
		j, hopeless := c.next(t, done)
		if !hopeless {
			return j
		}
		c.drop(j)
		done = 0
	}
}

// drop gives up jobs that were never run.
func (c *crew) drop(jobs ...job) {
	for _, j := range jobs {
		j.giveUp(c.noAnswer())
		j.discard()
	}
	c.settle(len(jobs))
}

func (c *crew) next(t *task, done int) (j job, hopeless bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.finished(done)
	for {
		for len(c.queue) > 0 {
			last := len(c.queue) - 1
			j := c.queue[last]
			c.queue[last] = nil
			c.queue = c.queue[:last]
			if len(c.stuck) > 0 && c.stuck[j.where()] > 0 { // to ask again would cost one more goroutine each time
				return j, true
			}
			var name string
			var mount *suspect
			if len(c.suspects) > 0 {
				name = c.mountOf(j.where())
				mount = c.suspects[name]
			}
			switch {
			case mount == nil || mount.cleared:
			case mount.hangs():
				return j, true
			case mount.running > 0 || mount.risked >= riskMost:
				c.aside = append(c.aside, j)
				continue
			}
			if mount != nil {
				mount.running++
				mount.risked++
			}
			*t = task{job: j, since: time.Now(), mount: mount, name: name}
			return j, false
		}
		if c.closed {
			c.workers--
			c.gone(t)
			return nil, false
		}
		c.more.Wait()
	}
}

// gone counts a goroutine as at its end. The caller holds mu.
func (c *crew) gone(t *task) {
	c.all--
	delete(c.tasks, t)
}

// back takes note that a task came back. surplus means that its goroutine has
// a stand-in and is to end.
func (c *crew) back(t *task) (state taskState, surplus bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	j := t.job
	t.job = nil
	if t.state == taskGivenUp {
		c.free(j.where())
	}
	m := t.mount
	if m == nil && len(c.suspects) > 0 { // it began before its mount was under suspicion
		m = c.suspects[c.mountOf(j.where())]
	}
	if m == nil {
		return t.state, false
	}
	m.cleared = true
	switch t.state {
	case taskLate:
		m.late--
	case taskGivenUp:
		m.stuck--
	default:
		if t.mount != nil {
			m.running--
		}
	}
	if m.late+m.stuck == 0 && c.suspects[t.name] == m {
		delete(c.suspects, t.name)
	}
	c.resume()
	return t.state, t.state != taskRunning
}

// resume queues again what was put aside. The caller holds mu.
func (c *crew) resume() {
	c.queue = append(c.queue, c.aside...)
	c.aside = nil
	c.more.Broadcast()
}

// leave takes a goroutine out of the count that was taken out of workers when
// it got its stand-in.
func (c *crew) leave(t *task) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gone(t)
	if c.workers < c.size && c.pending > 0 && !c.closed {
		c.start()
	}
}

// settle counts jobs as done with.
func (c *crew) settle(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.finished(n)
}

// finished counts jobs as done with. The caller holds mu.
func (c *crew) finished(n int) {
	c.pending -= n
	if c.pending == 0 && c.idle != nil {
		close(c.idle)
		c.idle = nil
	}
}

// check gives stand-ins to the tasks that are late, and gives up those that
// have run for too long, and what is left when every goroutine is stuck.
func (c *crew) check(now time.Time) {
	lost, never := c.lost(now)
	for _, j := range lost {
		j.giveUp(c.noAnswer())
	}
	c.settle(len(lost))
	c.drop(never...)
}

// lost returns the jobs that are given up now: some that run, and those that never will.
func (c *crew) lost(now time.Time) (lost, never []job) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for t := range c.tasks {
		if t.job == nil {
			continue
		}
		age := now.Sub(t.since)
		if t.state == taskRunning && age > c.late() {
			c.suspect(t)
		}
		if t.state == taskLate && age > c.limit {
			lost = append(lost, c.lose(t))
		}
	}
	for t := range c.tasks {
		if t.job != nil && t.state == taskLate && t.mount.hangs() {
			lost = append(lost, c.lose(t))
		}
	}
	switch {
	case len(lost) > 0:
		c.resume() // what is hopeless by now is given up as it is taken
	case c.workers == 0 && c.all >= c.most && !c.anyLate():
		never = slices.Concat(c.queue, c.aside)
		c.queue, c.aside = nil, nil
	}
	return lost, never
}

func (c *crew) noAnswer() error { return fmt.Errorf("%w in %v", report.ErrNoAnswer, c.limit) }

func (c *crew) dropQueue() {
	c.mu.Lock()
	never := slices.Concat(c.queue, c.aside)
	c.queue, c.aside, c.closed = nil, nil, true // what finish adds is not done either
	c.more.Broadcast()
	c.mu.Unlock()
	for _, j := range never {
		j.discard()
	}
	c.settle(len(never))
}
