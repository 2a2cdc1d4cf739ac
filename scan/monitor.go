package scan

import (
	"context"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"lockscope/lock"
	"lockscope/scan/pool"
	"lockscope/scan/report"
)

const (
	// walkEvery is how often the roots are walked again, unless a walk takes so long
	// that it would fill more than a twentieth of the time.
	walkEvery = 15 * time.Second
	// refreshEvery is within what time everything is observed afresh, though nothing
	// seems to have changed: somebody may have run flock(1) by hand.
	refreshEvery = 5 * time.Minute
	// keepBackFor is how long results are kept back at most with Config.Stream, however few there are.
	keepBackFor = 250 * time.Millisecond
	// restFactor is how many times as long as a walk, or a refresh, took of one processor
	// the program rests from it: together, they take a tenth of one at most.
	restFactor = 19
)

// Monitor finds the data directories below the roots and watches them. Once
// or Run may be called, one of them and one time.
type Monitor struct {
	cfg    Config
	pool   *pool.Pool
	who    *describer
	asking *asking
	layers layerFinder
	slow   atomic.Bool // the kernel's lock table takes too long to read
	out    *outbox

	mu       sync.Mutex
	entries  directories
	paths    map[fileKey]string // by directory, the path it is known by; nil where each can be reached by one path only
	tally    tally              // with SummaryOnly: the directories whose verdict stands, which have no entry
	interval time.Duration
	wanted   request
	poke     chan struct{} // holds a token when wanted or interval changed

	errors   int       // in the last walk
	walkedAt time.Time // end of the last walk
	walkTook time.Duration

	refreshedAt time.Time     // beginning of the last refresh of all directories
	refreshTook time.Duration // processor time that it took: walks and second looks are rarer

	searchedAt time.Time // when deleted lock files were last searched for
}

// request is what the user asked to be done before the interval is over.
type request struct {
	walk  bool
	all   bool
	paths map[string]bool
}

// isSome reports whether only some directories are asked for.
func (r *request) isSome() bool { return !r.walk && !r.all && len(r.paths) > 0 }

// DefaultJobs is how many workers suit the machine: more than it has processors, since they wait for storage most
// of the time where nothing is cached.
func DefaultJobs() int { return min(max(2*runtime.GOMAXPROCS(0), 8), 32) }

// New returns a Monitor. It does not look at the roots yet: a root that
// is missing is reported like any other that cannot be read.
func New(cfg Config) *Monitor {
	if cfg.Timeout <= 0 {
		cfg.Timeout = 5 * time.Second
	}
	if cfg.Jobs <= 0 {
		cfg.Jobs = DefaultJobs()
	}
	cfg.Names = cfg.Names.OrDefault()
	asking := pool.NewCalls[subject](cfg.Timeout)
	return &Monitor{
		cfg:      cfg,
		pool:     pool.New(pool.Config{Workers: cfg.Jobs, Limit: cfg.Timeout, GroupOf: new(mountPoints).of}),
		who:      newDescriber(asking),
		asking:   asking,
		layers:   layerFinder{asking: asking},
		interval: cfg.Interval,
		poke:     make(chan struct{}, 1),
	}
}

// Once walks the roots a single time and returns when every directory has its
// verdict, second looks included. sink is called with what is found when it is
// certain, from one goroutine at a time, and has been called for the last time when Once
// returns. The error is ctx's.
//
// Whether a directory is split is certain only when all of them are known. With Config.Stream sink is
// not kept waiting for that where there are many or it takes long, and may be told later that
// one is split which looked sound.
func (m *Monitor) Once(ctx context.Context, sink func(report.Update)) (report.Summary, error) {
	m.out = newOutbox(sink)
	defer m.pool.Close()
	defer m.out.close()
	p := m.newPass(request{walk: true, all: true}, 1)
	return p.run(ctx)
}

// Run walks the roots, then goes on observing at the interval until ctx ends.
// sink is called as by Once; while nothing changes it is called once a pass, with the
// summary. The error is ctx's.
func (m *Monitor) Run(ctx context.Context, sink func(report.Update)) error {
	m.out = newOutbox(sink)
	defer m.pool.Close()
	defer m.out.close()
	todo := request{walk: true, all: true}
	for number := 1; ; number++ {
		p := m.newPass(todo, number)
		_, err := p.run(ctx)
		if err != nil {
			return err
		}
		if todo, err = m.rest(ctx); err != nil {
			return err
		}
		todo.walk = todo.walk || !todo.isSome() && time.Since(m.walkedAt) > max(walkEvery, restFactor*m.walkTook)
	}
}

// rest waits until the next pass is due, and returns what it is to do. A pass
// that takes long is followed by a long rest, whatever the interval.
func (m *Monitor) rest(ctx context.Context) (request, error) {
	ended := time.Now()
	for {
		m.mu.Lock()
		interval, todo := m.interval, m.wanted
		if todo.walk || todo.all || len(todo.paths) > 0 {
			m.wanted = request{}
			m.mu.Unlock()
			return todo, nil
		}
		m.mu.Unlock()
		var due <-chan time.Time
		if interval > 0 {
			rest := max(interval, (1+restFactor)*m.refreshTook)
			next := m.refreshedAt.Add(rest)
			if soonest := ended.Add(interval / 4); next.Before(soonest) {
				next = soonest
			}
			m.out.put(func(u *report.Update) { u.Interval = rest })
			due = time.After(time.Until(next))
		}
		select {
		case <-ctx.Done():
			return request{}, ctx.Err()
		case <-due:
			return request{}, nil
		case <-m.poke:
		}
	}
}

// Observe asks a running Monitor to observe these directories afresh now, and no others, or
// all of them if none are named. It does not wait. Like Walk and SetInterval
// it may be called from any goroutine.
func (m *Monitor) Observe(paths ...string) {
	m.ask(func(r *request) {
		if len(paths) == 0 {
			r.all = true
		}
		if r.paths == nil {
			r.paths = map[string]bool{}
		}
		for _, path := range paths {
			r.paths[path] = true
		}
	})
}

// Walk asks a running Monitor to walk the roots again now, and to observe
// everything afresh. It does not wait.
func (m *Monitor) Walk() { m.ask(func(r *request) { r.walk, r.all = true, true }) }

func (m *Monitor) ask(change func(*request)) {
	m.mu.Lock()
	change(&m.wanted)
	m.mu.Unlock()
	m.nudge()
}

// SetInterval changes the time between passes; 0 = only on request.
func (m *Monitor) SetInterval(d time.Duration) {
	m.mu.Lock()
	m.interval = d
	m.mu.Unlock()
	m.nudge()
}

func (m *Monitor) nudge() {
	select {
	case m.poke <- struct{}{}:
	default:
	}
}

// entry returns what is known of the directory at path.
func (m *Monitor) entry(path string) (e entry, known bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e := m.entries.find(path); e != nil {
		return *e, true
	}
	return entry{}, false
}

// cameBy notes that a walk found the directory, and found it unchanged.
func (m *Monitor) cameBy(path string, walk int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e := m.entries.find(path); e != nil {
		e.walk = max(e.walk, walk)
	}
}

// accept takes in what was observed, and says what is new in it.
func (m *Monitor) accept(r *report.Report, walk int) {
	r.Verdict = report.Classify(&r.Evidence)
	m.mu.Lock()
	other, again := m.reachedTwice(r)
	if other != "" {
		defer m.retire(other)
	}
	if again {
		m.mu.Unlock()
		return
	}
	e := m.entries.find(r.Path)
	isNew := e == nil
	if isNew {
		e = m.entries.add(r.Path)
	}
	before := e.report
	e.report, e.observed = r, r.Observed
	if isNew {
		e.observed = e.observed.Add(rand.N(refreshEvery / 2)) // not all at once, later
	}
	if walk > 0 {
		e.walk = walk
	}
	switch {
	case report.NeedsLook(&r.Evidence, r.Verdict):
		if e.settling == nil {
			e.settling = &settling{}
		}
		if e.settling.look(&r.Evidence) {
			e.settling = nil
			r.Verdict = report.Classify(&r.Evidence)
		}
	case e.settling == nil && before != nil && mayBeSplit(before, r):
		e.settling = &settling{}
	default:
		e.settling = nil
	}
	r.Checking = e.settling != nil
	if m.cfg.SummaryOnly {
		m.account(e, r)
		m.mu.Unlock()
		return
	}
	m.mu.Unlock()
	if isNew || report.Differs(before, r) {
		change := report.Change{Report: r, New: isNew}
		if !isNew {
			change.From = before.Verdict.State
		}
		m.out.put(func(u *report.Update) { u.Changes = append(u.Changes, change) })
	}
}

// account counts a directory, and forgets it if its verdict stands. The caller holds mu.
func (m *Monitor) account(e *entry, r *report.Report) {
	if e.tallied {
		m.tally.remove(r)
		e.tallied = false
	}
	if !r.Checking && m.tally.add(r) {
		m.entries.remove(r.Path)
	}
}

func (m *Monitor) forget(path string) {
	m.mu.Lock()
	known := m.entries.remove(path)
	m.mu.Unlock()
	if known {
		m.out.put(func(u *report.Update) { u.Gone = append(u.Gone, path) })
	}
}

// mayBeSplit reports whether somebody may hold a lock file that the directory
// had at the last look, and has no more. Only a look at all processes tells.
func mayBeSplit(before, now *report.Report) bool {
	had := before.Evidence.Lock.ID
	return now.Verdict.State != report.Split &&
		(before.Verdict.State == report.Split || had != (lock.FileID{}) && !had.SameFile(now.Evidence.Lock.ID))
}
