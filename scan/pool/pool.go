package pool

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Job is one piece of work. While somebody waits for the pool, each job comes to exactly one of
// Finish and GiveUp. A job that is added to a closed pool, or is in the queue when the wait is
// cancelled, comes to Discard alone.
type Job interface {
	// Key names what Run works on. While a job is abandoned, others with the same key are given up.
	// It is called with the pool locked, and only where something hangs.
	Key() string
	// Run does the work. It may block for ever, and keeps what it finds to itself.
	Run()
	// Finish makes known what Run found. It does not block, and may add jobs. It is called after
	// the Run of the same job, and concurrently with other jobs' methods.
	Finish()
	// GiveUp is called instead of Finish when Run has not returned within the limit, or will not be
	// called. Run may still be going on: what it writes must not be read.
	GiveUp()
	// Discard frees what the job holds: when Run returns after GiveUp was called, or when it will
	// not be called at all.
	Discard()
}

// Config is what a Pool is made of. All fields are needed.
type Config struct {
	Workers int           // jobs that run at a time
	Limit   time.Duration // for one job

	// GroupOf returns the group of a job by its key. It is called where something is late or hangs,
	// by one goroutine at a time. It must not block for long, nor call the pool.
	GroupOf func(key string) string
}

// Pool runs jobs; see the package's comment for how. It may be used concurrently.
type Pool struct {
	cfg  Config
	most int // goroutines in all

	mu        sync.Mutex
	wake      sync.Cond         // there may be a job to take, or the pool is closed
	queue     []Job             // the last one added is begun first
	putOff    []Job             // of groups under watch
	workers   map[*worker]bool  // one for each goroutine
	onTime    int               // workers whose job is neither late nor abandoned
	watched   map[string]*group // the groups with late or abandoned jobs
	abandoned map[string]int    // by key, the jobs that are
	pending   int               // jobs that were added and are neither finished nor given up
	idle      chan struct{}     // closed when pending falls to 0; nil while it is 0
	closed    bool
}

// New returns a pool without jobs.
func New(cfg Config) *Pool {
	p := &Pool{
		cfg:       cfg,
		most:      max(goroutinesPerWorker*cfg.Workers, leastGoroutines),
		workers:   map[*worker]bool{},
		watched:   map[string]*group{},
		abandoned: map[string]int{},
	}
	p.wake.L = &p.mu
	return p
}

// Add queues jobs. Where the pool is closed they are discarded. The last one added is begun first:
// where jobs add jobs, as those of a tree do, the queue stays short then.
func (p *Pool) Add(jobs ...Job) {
	if len(jobs) == 0 {
		return
	}
	if !p.enqueue(jobs) {
		for _, j := range jobs {
			j.Discard()
		}
	}
}

// enqueue does Add's work. It returns false where the pool is closed.
func (p *Pool) enqueue(jobs []Job) (queued bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return false
	}
	p.queue = append(p.queue, jobs...)
	p.pending += len(jobs)
	if p.idle == nil {
		p.idle = make(chan struct{})
	}
	for p.onTime < p.cfg.Workers && len(p.workers) < p.most {
		p.start()
	}
	p.wake.Broadcast()
	return true
}

// Wait returns when every job, also those that others added meanwhile, is finished or given up. It
// is Wait that finds out which jobs are late: while nobody waits, none is abandoned. When ctx ends
// it closes the pool, discards what was not begun, and returns the error of ctx at once. Jobs that
// are running then may still be finished.
func (p *Pool) Wait(ctx context.Context) error {
	p.mu.Lock()
	idle := p.idle
	p.mu.Unlock()
	if idle == nil {
		return ctx.Err()
	}
	tick := time.NewTicker(max(p.cfg.Limit/checksPerLimit, leastCheck))
	defer tick.Stop()
	for {
		select {
		case <-idle:
			return ctx.Err()
		case <-ctx.Done():
			p.cancel()
			return ctx.Err()
		case now := <-tick.C:
			p.check(now)
		}
	}
}

// Close lets the workers end as soon as they have nothing to do. It does not wait for them.
func (p *Pool) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	p.wake.Broadcast()
}

// cancel closes the pool and discards what was not begun.
func (p *Pool) cancel() {
	p.mu.Lock()
	jobs := p.takeAll()
	p.closed = true
	p.wake.Broadcast()
	p.mu.Unlock()
	for _, j := range jobs {
		j.Discard()
	}
	p.settle(len(jobs))
}

// takeAll empties the queue. The caller holds mu.
func (p *Pool) takeAll() []Job {
	jobs := slices.Concat(p.queue, p.putOff)
	p.queue, p.putOff = nil, nil
	return jobs
}

// drop gives up jobs that will never be run.
func (p *Pool) drop(jobs ...Job) {
	for _, j := range jobs {
		j.GiveUp()
		j.Discard()
	}
	p.settle(len(jobs))
}

// settle counts n jobs as finished or given up.
func (p *Pool) settle(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.settleLocked(n)
}

// settleLocked does settle's work. The caller holds mu.
func (p *Pool) settleLocked(n int) {
	p.pending -= n
	if p.pending == 0 && p.idle != nil {
		close(p.idle)
		p.idle = nil
	}
}
