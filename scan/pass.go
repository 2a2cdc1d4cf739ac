package scan

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"lockscope/lock"
)

// confirmMost is up to how many directories the descriptor of every holder is
// confirmed in every pass; with more, the rotation does it.
const confirmMost = 2000

// pass is one time around: a walk, or a refresh of what is known.
type pass struct {
	*Monitor
	number  int
	todo    request
	start   time.Time
	busy    time.Duration // processor time that the refresh took: walk and second looks are rarer
	obs     *observer
	looking bool // the walk is over, and directories are looked at again

	// confirm: the descriptors that hold sound locks are looked at too. A daemon that closes
	// one without a release changes nothing else.
	confirm bool

	roots []*root
	lost  map[string]error // why a root could not be opened
}

// root is an open root. It is open only during a pass: an open directory would keep
// its file system from being unmounted.
type root struct {
	path  string
	real  string // the same without links: what the kernel calls it
	place lock.Place
	dir   lock.Dir
	id    lock.FileID
}

// realPath returns the path of a directory below the root as the kernel calls it.
func (r *root) realPath(path string) string {
	return strings.TrimSuffix(r.real, "/") + strings.TrimPrefix(path, strings.TrimSuffix(r.path, "/"))
}

func (m *Monitor) newPass(todo request, number int) *pass {
	m.mu.Lock()
	known := len(m.entries)
	m.mu.Unlock()
	return &pass{
		Monitor: m,
		number:  number,
		todo:    todo,
		start:   time.Now(),
		obs:     m.newObserver(),
		confirm: known <= confirmMost,
	}
}

func (m *Monitor) newObserver() *observer {
	mounts := newMountTable(&m.layers)
	o := &observer{
		probe:  m.cfg.Probe,
		mounts: mounts,
		who:    m.who,
		procs:  newProcesses(m.cfg.Names.Lock, mounts),
		nested: !seesAllPIDs(),
	}
	if m.cfg.Probe != ProbeFlock {
		o.table = &table{slow: &m.slow}
	}
	return o
}

func (p *pass) run(ctx context.Context) (Summary, error) {
	if p.todo.walk {
		p.errors = 0
	}
	err := p.openRoots(ctx)
	if err == nil && p.todo.walk {
		err = p.walk(ctx)
	}
	if err == nil {
		before := processorTime()
		err = p.refresh(ctx)
		p.busy = processorTime() - before
	}
	p.closeRoots()
	if err == nil {
		p.suspect()
		p.out.release()
		err = p.settleAll(ctx)
	}
	summary := p.summarize()
	p.out.put(func(u *Update) { u.Summary = &summary })
	return summary, err
}

// openRoots opens the roots, each of them once. Links are followed here, and nowhere below.
func (p *pass) openRoots(ctx context.Context) error {
	o := &opening{pass: p, lost: map[string]error{}}
	for _, path := range p.cfg.Roots {
		p.crew.add(&openRoot{opening: o, root: root{path: path}})
	}
	err := p.crew.wait(ctx)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.over = true
	slices.SortStableFunc(o.roots, func(a, b *root) int {
		return slices.Index(p.cfg.Roots, a.path) - slices.Index(p.cfg.Roots, b.path)
	})
	seen := map[fileKey]bool{}
	p.roots = slices.DeleteFunc(o.roots, func(r *root) bool {
		key := fileKey{r.id.Dev, r.id.Ino}
		again := seen[key]
		seen[key] = true
		if again {
			r.dir.Close()
		}
		return again
	})
	p.lost = o.lost
	return err
}

func (p *pass) closeRoots() {
	for _, r := range p.roots {
		r.dir.Close()
	}
}

// opening is what the jobs that open the roots have come to.
type opening struct {
	*pass
	mu    sync.Mutex
	over  bool // nobody waits any more: what is opened now is closed at once
	roots []*root
	lost  map[string]error // why a root could not be opened
}

type openRoot struct {
	*opening
	root
	err error
}

// where is not known before the root is open: its path may lead through links.
func (j *openRoot) where() string { return "root " + j.path }

func (j *openRoot) run() {
	if j.dir, j.err = j.cfg.Names.OpenDir(j.path); j.err == nil {
		j.real = j.dir.RealPath()
		j.place, _ = j.dir.Place(j.obs.mounts.ours)
		j.id, j.err = j.dir.ID()
	}
}

func (j *openRoot) finish() {
	if j.err != nil {
		j.giveUp(j.err)
		j.discard()
		return
	}
	j.opening.mu.Lock()
	defer j.opening.mu.Unlock()
	if j.over {
		j.dir.Close()
		return
	}
	j.opening.roots = append(j.opening.roots, &j.root)
}

func (j *openRoot) giveUp(err error) {
	j.opening.mu.Lock()
	j.opening.lost[j.path] = err
	j.opening.mu.Unlock()
	if j.todo.walk && !j.looking {
		j.fail(PathError{Path: j.path, Root: true, Err: err})
	}
}

func (j *openRoot) discard() { j.dir.Close() }

func (p *pass) fail(e PathError) {
	p.Monitor.mu.Lock()
	p.errors++
	p.Monitor.mu.Unlock()
	p.out.put(func(u *Update) { u.Errors = append(u.Errors, e) })
}

func (p *pass) walk(ctx context.Context) error {
	w := &walk{pseudo: p.pseudoBelow(), cfg: &p.cfg, crew: p.crew, examine: p.examine, failed: p.fail, missed: p.miss}
	stop := p.showProgress(w)
	w.start(p.roots)
	err := p.crew.wait(ctx)
	stop()
	p.walkedAt, p.walkTook = time.Now(), time.Since(p.start)
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
		p.out.put(func(u *Update) {
			u.Progress = Progress{
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

// examine observes a directory, unless it is known and unchanged. It returns
// what makes the result known.
func (p *pass) examine(root, path string, d lock.Dir) (publish func()) {
	walk := 0
	if p.todo.walk {
		walk = p.number
	}
	e, known := p.entry(path)
	if known && !p.isDue(path, e) && p.obs.unchanged(d, e.report, p.confirm) {
		return func() { p.cameBy(path, walk) }
	}
	r := &Report{Root: root, Path: path, Evidence: p.obs.observe(d), Observed: time.Now()}
	return func() { p.accept(r, walk) }
}

// isDue reports whether an entry is to be observed afresh in any case.
func (p *pass) isDue(path string, e entry) bool {
	age := p.start.Sub(e.observed)
	ev := &e.report.Evidence
	// The death of a holder who cannot be seen changes nothing that can.
	unseen := ev.Lock.State == lock.LockHeld && len(ev.Holders) == 0
	return p.todo.all || p.todo.paths[path] || e.settling != nil || age > refreshEvery || unseen && age > walkEvery
}

// miss reports a known directory that gives no answer.
func (p *pass) miss(root, path string, err error) {
	if e, known := p.entry(path); known {
		ev := Evidence{Err: err}
		ev.Dir = e.report.Evidence.Dir
		p.accept(&Report{Root: root, Path: path, Evidence: ev, Observed: time.Now()}, 0)
	}
}

// refresh looks at every known directory that this pass has not come by.
func (p *pass) refresh(ctx context.Context) error {
	var jobs []job
	for path, e := range p.entriesNow() {
		if p.todo.walk && e.walk == p.number {
			continue
		}
		jobs = append(jobs, p.lookJob(path, e))
	}
	p.crew.add(jobs...)
	return p.crew.wait(ctx)
}

func (p *pass) lookJob(path string, e entry) *relook {
	j := &relook{pass: p, path: path, below: e.report.Root}
	if i := slices.IndexFunc(p.roots, func(r *root) bool { return r.path == j.below }); i >= 0 {
		j.root = p.roots[i]
	} else if j.err = p.lost[j.below]; j.err == nil {
		j.err = unix.ENOENT
	}
	return j
}

// relook is the job of looking at a known directory again.
type relook struct {
	*pass
	path  string
	below string // path of its root
	root  *root

	err     error // from the start, where the root could not be opened
	publish func()
}

func (j *relook) where() string {
	if j.root == nil {
		return j.path
	}
	return j.root.realPath(j.path)
}

func (j *relook) run() {
	if j.err != nil {
		return
	}
	d, err := j.cfg.Names.OpenBelow(j.root.dir.FD(), strings.TrimPrefix(strings.TrimPrefix(j.path, j.below), "/"), j.path)
	if err != nil {
		j.err = err
		return
	}
	defer d.Close()
	if d.LockFile().State == lock.LockMissing && d.PidfileID() == (lock.FileID{}) {
		j.err = unix.ENOENT
		return
	}
	j.publish = j.examine(j.below, j.path, d)
}

func (j *relook) finish() {
	switch {
	case j.err == nil:
		j.publish()
	case errors.Is(j.err, unix.ENOENT) || errors.Is(j.err, unix.ENOTDIR) || errors.Is(j.err, unix.ELOOP):
		j.forget(j.path)
	default:
		j.giveUp(j.err)
	}
}

func (j *relook) giveUp(err error) { j.miss(j.below, j.path, err) }

func (j *relook) discard() {}

// processorTime is what this program has used so far. It, and not the time of
// day, tells how much of a busy host's processors a pass takes.
func processorTime() time.Duration {
	var u unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func (p *pass) summarize() Summary {
	p.Monitor.mu.Lock()
	defer p.Monitor.mu.Unlock()
	s := Summary{Dirs: len(p.entries), States: map[State]int{}, Errors: p.errors, Duration: time.Since(p.start)}
	inUse := map[lock.Process]bool{}
	for _, e := range p.entries {
		if e.report.Checking {
			s.Checking++
		} else {
			s.States[e.report.Verdict.State]++
		}
		for _, h := range e.report.Evidence.Holders {
			inUse[lock.Process{PID: h.PID, Ticks: h.Ticks}] = true
		}
		if o := e.report.Evidence.Owner; o != nil {
			inUse[lock.Process{PID: o.PID, Ticks: o.Ticks}] = true
		}
	}
	p.who.keep(inUse)
	return s
}
