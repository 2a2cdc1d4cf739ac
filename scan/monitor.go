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

// Monitor finds the data directories below the roots and watches them. Call either Once or Run, and
// only one time. Observe, Walk and SetInterval may be called concurrently with Run.
type Monitor struct {
	cfg      Config
	find     find.Config
	pool     *pool.Pool
	observer *observe.Observer
	out      *delivery
	arrivals *pool.Calls[string] // looks at pidfiles that have come, by root
	watching bool                // changes are waited for
	events   *events             // nil where there are none: then everything is polled
	wake     chan struct{}       // holds a token when the agenda changed

	mostDirs int // see Config.MostDirs

	mu          sync.Mutex // guards what follows
	records     records
	agenda      agenda
	walkErrors  int              // in the last walk
	walkedRoots *find.Roots      // those of the last walk, closed
	session     *observe.Session // that of the last round
	turns       int              // in how many polls each directory that makes events is looked at once
	polls       int              // rounds over all directories so far
	searchAnew  bool             // the next second looks need a search that begins after this was set

	lockFilesCame bool // since former ones were last searched for: in new directories, or in place of others

	// Only the goroutine of Once or Run uses these.
	once           bool          // a pass ends only when every verdict stands
	splitsSearched time.Time     // when former lock files were last searched for
	splitsRest     time.Duration // how long the next time is to wait, where lock files come
	search         processSearch
	toldPace       pollPace  // that was reported last
	passBegan      time.Time // when the first round of this pass began; zero before it
}

// processSearch is the last search of all processes, for second looks: several rounds use it, since it is
// expensive.
type processSearch struct {
	found *observe.Search // nil before the first search of a pass
	used  int             // rounds that it has served
	ended time.Time
	took  time.Duration // on the clock
}

// pollPace is how often the known directories are polled, and the interval that was asked for.
type pollPace struct{ every, interval time.Duration }

// DefaultJobs returns how many workers suit the machine. They are more than it has processors, since they
// mostly wait for storage where nothing is cached.
func DefaultJobs() int {
	return min(max(jobsPerProcessor*runtime.GOMAXPROCS(0), leastJobs), mostJobs)
}

// New returns a Monitor. It does not look at the roots yet: one that is missing is reported by Once or
// Run, as an error of an update.
func New(cfg Config) *Monitor {
	if cfg.Timeout <= 0 {
		cfg.Timeout = defaultTimeout
	}
	if cfg.Jobs <= 0 {
		cfg.Jobs = DefaultJobs()
	}
	cfg.Names = cfg.Names.OrDefault()
	m := &Monitor{
		cfg:      cfg,
		mostDirs: cfg.MostDirs(),
		find: find.Config{
			Names: cfg.Names, Timeout: cfg.Timeout, MaxDepth: cfg.MaxDepth,
			OneFileSystem: cfg.OneFileSystem, Exclude: cfg.Exclude, Descend: cfg.Descend, Only: cfg.Only,
		},
		pool: pool.New(pool.Config{Workers: cfg.Jobs, Limit: cfg.Timeout, GroupOf: new(observe.MountPoints).Of}),
		observer: observe.New(observe.Config{
			Names: cfg.Names, Probe: cfg.Probe, Timeout: cfg.Timeout, Brief: cfg.SummaryOnly,
		}),
		arrivals: pool.NewCalls[string](cfg.Timeout),
		turns:    1,
		wake:     make(chan struct{}, 1),
		agenda:   agenda{interval: cfg.Interval, asked: request{walk: true, all: true}},
	}
	m.records.counted.on = cfg.SummaryOnly
	return m
}

// Once walks the roots a single time and returns when every verdict stands, second looks included. It
// hands what it finds to sink, one call at a time; the last call has returned when Once returns. The
// error is ctx's.
//
// Whether a directory is split is certain only when all of them are known. So sink hears of none of them
// before that. With Config.Stream it hears of them sooner where there are many or the walk takes long;
// then a later change may say that one is split which looked sound.
func (m *Monitor) Once(ctx context.Context, sink func(report.Update)) (report.Summary, error) {
	defer m.begin(sink)()
	m.once = true
	for {
		switch s, err := m.advance(ctx); {
		case err != nil:
			return report.Summary{}, err
		case s != nil:
			return *s, nil
		}
	}
}

// Run walks the roots, then polls the directories at the interval, and walks the roots again from time to
// time, until ctx ends. It calls sink as Once does; while nothing changes it calls it once a poll, with
// the summary. The error is ctx's.
func (m *Monitor) Run(ctx context.Context, sink func(report.Update)) error {
	defer m.begin(sink)()
	m.watching = true
	defer m.listen()()
	for {
		if _, err := m.advance(ctx); err != nil {
			return err
		}
	}
}

// begin makes the Monitor ready for its rounds. end delivers what is left, and lets the workers end.
func (m *Monitor) begin(sink func(report.Update)) (end func()) {
	m.out = newDelivery(sink)
	return func() {
		m.out.close()
		m.pool.Close()
	}
}

// advance waits until something is to be done, and does it in a round. Where no second look is due after it,
// or ctx ends, the pass is at its end: advance reports the summary, and returns it. The error is ctx's.
func (m *Monitor) advance(ctx context.Context) (*report.Summary, error) {
	todo, err := m.wait(ctx)
	var table time.Duration
	if err == nil {
		r := m.newRound(todo)
		if m.passBegan.IsZero() {
			m.passBegan = r.start
		}
		err = r.run(ctx)
		table = r.session.TableTook()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.agenda.noteEnd(todo, time.Now())
	if m.watching {
		m.agenda.noteTable(table, time.Now())
	}
	over := m.agenda.isSettled() && (!m.once || m.agenda.isComplete())
	if m.passBegan.IsZero() || err == nil && !over {
		return nil, err
	}
	s := m.records.summarize()
	s.Errors, s.Duration = m.walkErrors, time.Since(m.passBegan)
	s.Watched = m.watched()
	m.passBegan, m.search.found = time.Time{}, nil
	m.out.put(func(u *report.Update) { u.Summary = &s })
	return &s, err
}

// wait waits until something is to be done, and returns it. Where it has to wait for a poll, it first
// reports the interval, if that has changed. The error is ctx's.
func (m *Monitor) wait(ctx context.Context) (batch, error) {
	for {
		m.mu.Lock()
		todo, at, ok := m.agenda.next(time.Now())
		now := pollPace{m.agenda.pollEvery(), m.agenda.interval}
		m.mu.Unlock()
		if ok {
			return todo, nil
		}
		// A new interval is answered also where that makes no difference: whoever set it may show it.
		if now.interval > 0 && now != m.toldPace {
			m.toldPace = now
			m.out.put(func(u *report.Update) { u.Interval = now.every })
		}
		var due <-chan time.Time
		if !at.IsZero() {
			due = time.After(time.Until(at))
		}
		select {
		case <-ctx.Done():
			return batch{}, ctx.Err()
		case <-due:
		case <-m.wake:
		}
	}
}
