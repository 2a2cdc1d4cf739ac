package remote

import (
	"context"
	"sync"
	"time"

	"lockscope/scan/report"
)

// Here is what watches this host: a *scan.Monitor. Its Host is Config.HereName.
type Here interface {
	Source
	Once(ctx context.Context, sink func(report.Update)) (report.Summary, error)
	Run(ctx context.Context, sink func(report.Update)) error
}

// Fleet watches several hosts. Call either Once or Run, and only one time. Observe, Walk and SetInterval may be
// called concurrently with it.
type Fleet struct {
	cfg   Config
	hosts []*host
	merge *merge
	slots slots
	push  *push // nil where none is wanted

	mu    sync.Mutex
	every time.Duration // the interval
}

// New returns a fleet, which does not connect yet. The error says why the configuration makes no sense.
func New(cfg Config) (*Fleet, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	f := &Fleet{cfg: cfg, slots: make(slots, cfg.Jobs), every: cfg.Interval}
	if cfg.Push {
		var err error
		if f.push, err = ownProgram(); err != nil {
			return nil, err
		}
	}
	names := f.Names()
	room := newBudget(cfg.Memory, len(names))
	for _, t := range cfg.Targets {
		name := t.Name()
		f.hosts = append(f.hosts, &host{
			fleet: f, target: t, name: name, mirror: newMirror(name, room),
			requests: make(chan request, maxRequests), again: make(chan struct{}, 1),
		})
	}
	f.merge = newMerge(names, cfg.Hold || cfg.SummaryOnly, cfg.SummaryOnly)
	if cfg.Here != nil {
		f.merge.looksBelow(cfg.HereName, cfg.HereRoots)
	}
	return f, nil
}

// Names are the names of the hosts, this one first if it is among them.
func (f *Fleet) Names() (names []string) {
	if f.cfg.Here != nil {
		names = append(names, f.cfg.HereName)
	}
	for _, t := range f.cfg.Targets {
		names = append(names, t.Name())
	}
	return names
}

// Once looks at all hosts until each has told of all its directories, or is lost: see scan.Monitor.Once. A
// host that was lost is a change whose report has no path. The error is ctx's.
func (f *Fleet) Once(ctx context.Context, sink func(report.Update)) (report.Summary, error) {
	ctx, end := context.WithCancel(ctx)
	defer end()
	var sum report.Summary
	err := f.run(ctx, true, func(u report.Update) {
		if u.Summary != nil {
			sum = *u.Summary
		}
		sink(u)
	})
	return sum, err
}

// Run watches all hosts until ctx ends: see scan.Monitor.Run. A host that was lost is tried again. The error
// is ctx's.
func (f *Fleet) Run(ctx context.Context, sink func(report.Update)) error {
	return f.run(ctx, false, sink)
}

func (f *Fleet) run(ctx context.Context, once bool, sink func(report.Update)) error {
	parent := ctx
	ctx, end := context.WithCancel(ctx)
	var members sync.WaitGroup
	defer members.Wait()
	defer end()
	for _, h := range f.hosts {
		members.Go(func() { h.run(ctx, once) })
	}
	if f.cfg.Here != nil {
		members.Go(func() { f.runHere(ctx, once) })
	}
	beat := time.NewTicker(HeartbeatEvery)
	defer beat.Stop()
	for {
		select {
		case <-parent.Done():
			return parent.Err()
		case <-beat.C:
			f.merge.tick()
			continue
		case <-f.merge.wake:
		}
		if u, filled := f.merge.take(); filled {
			sink(u)
		}
		select {
		case <-f.merge.ended:
			if once {
				return nil
			}
		default:
		}
		select {
		case <-parent.Done():
		case <-time.After(flushEvery):
		}
	}
}

// runHere runs the monitor of this host.
func (f *Fleet) runHere(ctx context.Context, once bool) {
	sink := func(u report.Update) {
		if f.cfg.HeardHere != nil {
			f.cfg.HeardHere(u)
		}
		f.merge.putHere(f.cfg.HereName, u)
	}
	if !once {
		f.cfg.Here.Run(ctx, sink)
		return
	}
	if s, err := f.cfg.Here.Once(ctx, sink); err == nil {
		sink(report.Update{Summary: &s})
	}
}

// Observe asks for a fresh look at the directories of these keys, or at all if none is given.
func (f *Fleet) Observe(keys ...string) {
	if len(keys) == 0 {
		f.forAll(request{All: true}, func(s Source) { s.Observe() })
		return
	}
	paths := map[string][][]byte{}
	var here []string
	for _, key := range keys {
		host, path := report.SplitKey(key)
		if f.cfg.Here != nil && host == f.cfg.HereName {
			here = append(here, key)
		} else if path != "" {
			paths[host] = append(paths[host], []byte(path))
		}
	}
	for _, h := range f.hosts {
		if some := paths[h.name]; len(some) > 0 {
			h.request(request{Observe: some})
		}
	}
	if len(here) > 0 {
		f.cfg.Here.Observe(here...)
	}
}

// Walk asks all hosts to walk their roots again. Those that are lost are tried at once.
func (f *Fleet) Walk() {
	f.forAll(request{Walk: true}, Source.Walk)
	for _, h := range f.hosts {
		select {
		case h.again <- struct{}{}:
		default:
		}
	}
}

// SetInterval changes the interval on all hosts.
func (f *Fleet) SetInterval(d time.Duration) {
	f.mu.Lock()
	f.every = d
	f.mu.Unlock()
	seconds := d.Seconds()
	f.forAll(request{Interval: &seconds}, func(s Source) { s.SetInterval(d) })
}

func (f *Fleet) interval() time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.every
}

// forAll asks every host for something.
func (f *Fleet) forAll(q request, here func(Source)) {
	for _, h := range f.hosts {
		h.request(q)
	}
	if f.cfg.Here != nil {
		here(f.cfg.Here)
	}
}
