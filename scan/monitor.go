package scan

import (
	"context"
	"runtime"
	"sync"
	"time"

	"lockscope/scan/find"
	"lockscope/scan/observe"
	"lockscope/scan/pool"
	"lockscope/scan/report"
)

// Monitor finds the data directories below the roots and watches them. Once
// or Run may be called, one of them and one time.
type Monitor struct {
	cfg      Config
	find     find.Config
	pool     *pool.Pool
	observer *observe.Observer
	out      *delivery
	poke     chan struct{} // holds a token when the agenda changed

	mu      sync.Mutex // guards what follows
	records records
	agenda  agenda
	errors  int // in the last walk

	// Only the goroutine of Once or Run uses these.
	polls      int
	formerAt   time.Time       // when former lock files were last searched for
	search     *observe.Search // of all processes, for second looks; nil once all verdicts stand
	searchUsed int             // rounds that it has served
	told       time.Duration   // the interval that was told last
	began      time.Time       // of the first round that the next summary is of; zero before it
}

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
	m := &Monitor{
		cfg: cfg,
		find: find.Config{
			Names: cfg.Names, Timeout: cfg.Timeout, MaxDepth: cfg.MaxDepth,
			OneFileSystem: cfg.OneFileSystem, Exclude: cfg.Exclude, Descend: cfg.Descend,
		},
		pool: pool.New(pool.Config{Workers: cfg.Jobs, Limit: cfg.Timeout, GroupOf: new(observe.MountPoints).Of}),
		observer: observe.New(observe.Config{
			Names: cfg.Names, Probe: cfg.Probe, Timeout: cfg.Timeout, Brief: cfg.SummaryOnly,
		}),
		poke:   make(chan struct{}, 1),
		agenda: agenda{interval: cfg.Interval, asked: request{walk: true, all: true}},
	}
	m.records.counted.on = cfg.SummaryOnly
	return m
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
	defer m.begin(sink)()
	for {
		switch s, err := m.advance(ctx); {
		case err != nil:
			return report.Summary{}, err
		case s != nil:
			return *s, nil
		}
	}
}

// Run walks the roots, then goes on observing at the interval until ctx ends.
// sink is called as by Once; while nothing changes it is called once a poll, with the
// summary. The error is ctx's.
func (m *Monitor) Run(ctx context.Context, sink func(report.Update)) error {
	defer m.begin(sink)()
	for {
		if _, err := m.advance(ctx); err != nil {
			return err
		}
	}
}

// begin makes the Monitor ready for its rounds. What it returns ends it.
func (m *Monitor) begin(sink func(report.Update)) (end func()) {
	m.out = newDelivery(sink)
	return func() {
		m.out.close()
		m.pool.Close()
	}
}

// advance makes the next round when it is due. Where all verdicts stand after it, it tells what the rounds
// since the last summary came to, and returns that.
func (m *Monitor) advance(ctx context.Context) (*report.Summary, error) {
	todo, err := m.wait(ctx)
	if err != nil {
		return nil, err
	}
	r := m.newRound(todo)
	if m.began.IsZero() {
		m.began = r.start
	}
	if err := r.run(ctx); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.agenda.ended = time.Now()
	if !m.agenda.isSettled() {
		return nil, nil
	}
	s := m.records.summarize()
	s.Errors, s.Duration = m.errors, time.Since(m.began)
	m.began, m.search = time.Time{}, nil
	m.out.put(func(u *report.Update) { u.Summary = &s })
	return &s, nil
}

// wait waits until something is to be done.
func (m *Monitor) wait(ctx context.Context) (batch, error) {
	for {
		m.mu.Lock()
		todo, at, ok := m.agenda.next(time.Now())
		rest, polls := m.agenda.rest(), m.agenda.interval > 0
		m.mu.Unlock()
		if ok {
			return todo, nil
		}
		if polls && rest != m.told {
			m.told = rest
			m.out.put(func(u *report.Update) { u.Interval = rest })
		}
		var due <-chan time.Time
		if !at.IsZero() {
			due = time.After(time.Until(at))
		}
		select {
		case <-ctx.Done():
			return batch{}, ctx.Err()
		case <-due:
		case <-m.poke:
		}
	}
}
