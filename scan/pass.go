package scan

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"lockscope/lock"
	"lockscope/lock/proc"
	"lockscope/scan/report"
)

// confirmPasses is in how many passes that once is confirmed which hardly ever changes alone.
const confirmPasses = 5

// fewDirs is up to how many directories more is confirmed in each pass than
// is likely to have changed.
const fewDirs = 2000

// tableAhead is how long after its start a pass reads the kernel's lock table that it will
// need at its end, lest it has to wait there.
const tableAhead = 10 * time.Millisecond

// pass is one time around: a walk, or a refresh of what is known.
type pass struct {
	*Monitor
	number  int
	todo    request
	start   time.Time
	obs     *observer
	looking bool // the walk is over, and directories are looked at again

	few bool // there are few directories to look at

	roots []*root
	lost  map[string]error // why a root could not be opened
	later []entry          // directories the walk came by that have to wait for the kernel's table
}

func (m *Monitor) newPass(todo request, number int) *pass {
	m.mu.Lock()
	known := m.entries.len()
	m.mu.Unlock()
	return &pass{
		Monitor: m,
		number:  number,
		todo:    todo,
		start:   time.Now(),
		obs:     m.newObserver(),
		few:     known <= fewDirs,
	}
}

func (m *Monitor) newObserver() *observer {
	mounts := newMountTable(&m.layers)
	return &observer{
		probe:  m.cfg.Probe,
		brief:  m.cfg.SummaryOnly,
		mounts: mounts,
		who:    m.who,
		procs:  newProcesses(m.cfg.Names, mounts),
		table:  &table{asking: m.asking, slow: &m.slow},
		lacks:  whatLacks(mounts),
	}
}

func (p *pass) run(ctx context.Context) (report.Summary, error) {
	if p.todo.walk {
		p.errors = 0
	}
	var ahead *time.Timer
	if p.todo.all || p.start.Sub(p.searchedAt) >= refreshEvery {
		p.searchedAt = p.start
		p.slow.Store(false) // the host may just have been busy
		ahead = time.AfterFunc(tableAhead, func() { p.obs.table.ready() })
	}
	err := p.openRoots(ctx)
	if err == nil && p.todo.walk {
		p.expectTwice()
		err = p.walk(ctx)
	}
	if err == nil {
		before := processorTime()
		err = p.refresh(ctx)
		if !p.todo.isSome() {
			p.refreshedAt, p.refreshTook = p.start, processorTime()-before
		}
	}
	p.closeRoots()
	if err == nil {
		if ahead != nil {
			ahead.Stop()
			p.suspect(ctx)
		}
		p.out.release()
		err = p.settleAll(ctx)
	}
	summary := p.summarize()
	p.out.put(func(u *report.Update) { u.Summary = &summary })
	return summary, err
}

func (p *pass) fail(e report.PathError) {
	p.Monitor.mu.Lock()
	p.errors++
	p.Monitor.mu.Unlock()
	p.out.put(func(u *report.Update) { u.Errors = append(u.Errors, e) })
}

func (p *pass) walk(ctx context.Context) error {
	before := processorTime()
	w := &walk{pseudo: p.pseudoBelow(), cfg: &p.cfg, pool: p.pool, examine: p.examine, failed: p.fail, missed: p.miss}
	stop := p.showProgress(w)
	if p.cfg.Stream > 0 {
		p.out.limit(p.cfg.Stream, keepBackFor)
		defer p.out.limit(0, 0)
	}
	w.start(p.roots)
	err := p.pool.Wait(ctx)
	stop()
	p.walkedAt, p.walkTook = time.Now(), max(time.Since(p.start), processorTime()-before)
	return err
}

// pseudoBelow returns the mount points of pseudo file systems below the roots:
// as a rule, there are none. A root that is one itself was asked for.
func (p *pass) pseudoBelow() map[string]bool {
	points := p.obs.mounts.pseudo()
	maps.DeleteFunc(points, func(point string, _ bool) bool {
		return !slices.ContainsFunc(p.roots, func(r *root) bool {
			return r.real == "/" || strings.HasPrefix(point, r.real+"/")
		})
	})
	return points
}

// showProgress tells the sink how far the walk is, until stop is called.
func (p *pass) showProgress(w *walk) (stop func()) {
	put := func(walking bool) {
		p.out.put(func(u *report.Update) {
			u.Progress = report.Progress{
				Walking: walking,
				Visited: int(w.visited.Load()),
				Found:   int(w.found.Load()),
				Elapsed: time.Since(p.start),
			}
		})
	}
	done := make(chan struct{})
	var ended sync.WaitGroup
	ended.Go(func() {
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-done:
				put(false)
				return
			case <-tick.C:
				put(true)
			}
		}
	})
	return func() { close(done); ended.Wait() }
}

// examine observes a directory that a walk came by, unless it is known and unchanged. It
// returns what makes the result known.
func (p *pass) examine(root, path string, d lock.Dir, l lock.LockFile) (publish func()) {
	e, known := p.entry(path)
	if known && !p.isDue(e) && l.ID == e.report.Evidence.Lock.ID && p.obs.unchanged(d, e.report, p.confirms(e)) {
		return func() { p.cameBy(path, p.number) }
	}
	var before *report.Evidence
	if known {
		before = &e.report.Evidence
	}
	if publish = p.observe(root, path, d, l, before, false); publish != nil {
		return publish
	}
	return func() {
		if !known { // else the refresh looks at it anyway
			p.postpone(root, path)
		}
	}
}

// postpone leaves a directory to the refresh that follows the walk.
func (p *pass) postpone(root, path string) {
	p.Monitor.mu.Lock()
	defer p.Monitor.mu.Unlock()
	p.later = append(p.later, entry{path: path, report: &report.Report{Root: root, Path: path}})
}

// isTurn reports whether the rotation has come to a directory in this pass.
func (p *pass) isTurn(e entry) bool {
	return (e.report.Evidence.Dir.Ino+uint64(p.number))%confirmPasses == 0
}

// confirms reports whether this pass is to look at the descriptors that hold the lock of a sound
// directory. A daemon that closes one without a release changes nothing else.
func (p *pass) confirms(e entry) bool { return p.few && p.isTurn(e) }

// looksAtLock reports whether a refresh is to look at the lock file. Where it is removed or replaced, the
// directory's mtime tells, unless somebody sets that back.
func (p *pass) looksAtLock(e entry) bool { return p.few || p.isTurn(e) }

// observe gathers the evidence on a directory with this lock file, and returns what makes it known:
// nil where, without wait, the kernel's table is needed and not read yet.
func (p *pass) observe(root, path string, d lock.Dir, l lock.LockFile, before *report.Evidence, wait bool) (publish func()) {
	walk := 0
	if p.todo.walk {
		walk = p.number
	}
	ev, ok := p.obs.observe(d, l, before, wait)
	if !ok {
		return nil
	}
	r := &report.Report{Root: root, Path: path, Evidence: ev, Observed: time.Now()}
	return func() { p.accept(r, walk) }
}

// isDue reports whether an entry is to be observed afresh in any case.
func (p *pass) isDue(e entry) bool {
	ev := &e.report.Evidence
	// The death of a holder who cannot be seen changes nothing that can.
	unseen := ev.Lock.State == lock.LockHeld && len(ev.Holders) == 0
	return p.todo.all || p.todo.paths[e.path] || e.settling != nil ||
		p.start.Sub(e.observed) > refreshEvery || unseen && p.start.Sub(e.report.Observed) > walkEvery
}

// miss reports a data directory that gives no answer, if it is known to be one.
func (p *pass) miss(root, path string, isData bool, err error) {
	if e, known := p.entry(path); known {
		p.lose(e.report, err)
	} else if isData {
		p.lose(&report.Report{Root: root, Path: path}, err)
	}
}

// lose reports that a directory gives no answer any more, of which there was this report.
func (p *pass) lose(before *report.Report, err error) {
	ev := report.Evidence{Err: err}
	ev.Dir = before.Evidence.Dir
	p.accept(&report.Report{Root: before.Root, Path: before.Path, Evidence: ev, Observed: time.Now()}, 0)
}

func (p *pass) summarize() report.Summary {
	p.Monitor.mu.Lock()
	defer p.Monitor.mu.Unlock()
	s := report.Summary{Dirs: p.entries.len() + p.tally.dirs(), States: map[report.State]int{}, Errors: p.errors, Duration: time.Since(p.start)}
	for state, n := range p.tally.states {
		if n > 0 {
			s.States[state] = n
		}
	}
	for e := range p.entries.all() {
		if e.report.Checking {
			s.Checking++
		} else {
			s.States[e.report.Verdict.State]++
		}
	}
	if p.todo.walk {
		p.who.keep(p.processesInUse())
	}
	return s
}

// processesInUse are those that some report names. The caller holds mu.
func (p *pass) processesInUse() map[proc.Process]bool {
	inUse := map[proc.Process]bool{}
	for e := range p.entries.all() {
		for _, h := range e.report.Evidence.Holders {
			inUse[proc.Process{PID: h.Process.PID, Ticks: h.Process.Ticks}] = true
		}
		if o := e.report.Evidence.Owner; o != nil {
			inUse[proc.Process{PID: o.PID, Ticks: o.Ticks}] = true
		}
	}
	return inUse
}
