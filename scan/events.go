package scan

import (
	"errors"
	"iter"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"lockscope/lock"
	"lockscope/lock/proc"
	"lockscope/scan/notify"
	"lockscope/scan/observe"
	"lockscope/scan/report"
)

// events puts on the agenda what the kernel tells: an entry of a watched directory came or went, or a
// process that a report names has ended. An event only says where to look: see package notify.
type events struct {
	source *notify.Source
	full   [notify.Passed + 1]atomic.Uint32 // of each kind: why no more is allowed, which is asked again after the next walk

	mu     sync.Mutex
	passed map[passedPath]passedDir // the directories that walks passed through

	// What was told in this round and may concern a look whose result is not applied yet. The Monitor's mu
	// guards these.
	moved map[string]bool        // paths without a record at which something moved
	lost  map[*notify.Watch]bool // watches that were lost
}

// beginRound forgets what was told in the round before. The caller holds the Monitor's mu.
func (e *events) beginRound() {
	if e != nil {
		e.moved, e.lost = map[string]bool{}, map[*notify.Watch]bool{}
	}
}

// passedPath is the path of a directory that a walk passed through. A data directory is watched with its
// path as a string.
type passedPath string

// passedDir is the watch of a directory that walks pass through.
type passedDir struct {
	watch *notify.Watch
	id    lock.FileID // its identity alone
	walk  int         // the last one that did
}

// listen begins to listen to events. What it returns ends that.
//
// An event comes at the very moment in which one daemon hands over to another. A flock probe then could make
// the other's acquire fail. So where such a probe is made at once nothing is listened to.
func (m *Monitor) listen() (stop func()) {
	if m.cfg.Probe == observe.ProbeFlock {
		return func() {}
	}
	source, err := notify.New(notify.Config{Counts: m.cfg.Names.IsProtocol, Watches: m.cfg.MostWatches()})
	if err != nil {
		return func() {}
	}
	m.events = &events{source: source, passed: map[passedPath]passedDir{}}
	m.events.beginRound()
	if source.Stats().MountsErr == nil {
		m.observer.ReadMounts(nil)
	}
	quit, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-quit:
				return
			case <-source.Ready():
				m.noteEvents(source.Take())
			}
		}
	}()
	return func() {
		close(quit)
		<-ended
		source.Close()
	}
}

// noteEvents puts on the agenda what moved.
func (m *Monitor) noteEvents(b notify.Batch) {
	now := time.Now()
	remounted := !b.Mounts.IsZero() && m.readMounts()
	var arrived []*record // whose next pidfile is there
	var before *record
	m.change(func(a *agenda) {
		for _, d := range b.Dirs {
			if passed, ok := d.Watch.Key.(passedPath); ok {
				// One that had to go for the watch of a data directory says nothing of the tree.
				a.treeMoved = a.treeMoved || d.Lost != notify.Budget && d.Lost != notify.NoSpace
				a.treeWatched = a.treeWatched && d.Lost == 0
				if d.Lost != 0 || !d.Moved.IsZero() {
					m.events.forgetPassed(passed)
				}
				continue
			}
			path := d.Watch.Key.(string)
			rec := m.records.find(path)
			if d.Lost != 0 {
				m.events.lost[d.Watch] = true
				if rec != nil && rec.watch == d.Watch {
					rec.watch, rec.polled = nil, polledBecause[d.Lost] // until it is observed again
					m.records.noteDue(rec)
				}
			}
			if rec == nil {
				m.events.moved[path] = true
				continue
			}
			switch {
			case a.interval == 0: // nobody is to look whose pidfile came
				rec.handover = nil
			case rec.noteEntries(m.cfg.Names, d, a.lost):
				arrived = append(arrived, rec)
			}
			rec.leaveToTwin(before)
			before = rec
			a.move(rec, now)
		}
		if len(b.Ends) > 0 {
			ended := map[proc.Process]notify.ProcessEnd{}
			for _, e := range b.Ends {
				ended[e.Process] = e
			}
			for rec := range m.records.all() {
				if rec.noteEnds(ended) {
					a.move(rec, now)
				}
				if rec.handover.isArrived() {
					arrived = append(arrived, rec)
				}
			}
		}
		if !b.Overflow.IsZero() { // what was lost is not known
			for rec := range m.records.all() {
				rec.handover = nil
			}
			arrived = nil
		}
		a.lost = later(a.lost, b.Overflow)
		// What a mount covers now makes events no more, and below what it shows there may be directories.
		a.allMoved = a.allMoved || remounted || !b.Overflow.IsZero()
		a.treeMoved = a.treeMoved || remounted || !b.Overflow.IsZero()
	})
	m.lookWhoArrived(arrived)
}

// readMounts reads the mounts, which have changed, and reports whether that may matter to the roots. Where one
// could not be opened, any mount may be what it waits for.
func (m *Monitor) readMounts() (changed bool) {
	m.mu.Lock()
	roots := m.walkedRoots
	m.mu.Unlock()
	if roots == nil || len(roots.Open) < len(m.cfg.Roots) {
		m.observer.ReadMounts(nil)
		return true
	}
	return m.observer.ReadMounts(roots.RealPaths())
}

// arm begins a watch of the directory that d is open on. Whoever watches looks afterwards: what happens in
// between is told. It returns nil where there is no watch to be had, and why: then the directory is polled.
func (e *events) arm(d lock.Dir, kind notify.Kind, key any) (*notify.Watch, report.PolledBecause) {
	if full := notify.Reason(e.full[kind].Load()); full != 0 {
		return nil, polledBecause[full]
	}
	w, err := e.source.Watch(d.FD(), kind, key)
	var refused *notify.RefusedError
	switch {
	case err == nil:
		return w, report.NotPolled
	case !errors.As(err, &refused):
		return nil, report.PolledFailed
	case refused.Reason == notify.Budget || refused.Reason == notify.NoSpace:
		e.full[kind].Store(uint32(refused.Reason))
	}
	return nil, polledBecause[refused.Reason]
}

// polledBecause is why a directory is polled whose watch was refused or lost. One that was lost with its
// directory or its mount, or has lost its end, is watched anew when it is looked at next.
var polledBecause = [...]report.PolledBecause{
	notify.Budget: report.PolledBudget, notify.NoSpace: report.PolledNoSpace, notify.Noisy: report.PolledNoisy,
	notify.Denied: report.PolledDenied, notify.Unsupported: report.PolledNoEvents, notify.Failed: report.PolledFailed,
	notify.Removed: report.PolledFailed, notify.Unmounted: report.PolledFailed, notify.Dropped: report.PolledFailed,
}

// watchPassed watches a directory that a walk passes through, unless it is watched. It reports whether it
// is watched then. What was watched by this path before may be another directory: one that was covered by
// a mount or moved with its parent makes no event of that.
func (e *events) watchPassed(d lock.Dir, path string, walk int) bool {
	key := passedPath(path)
	id, err := d.ID()
	if err != nil {
		return false
	}
	id = id.Identity()
	e.mu.Lock()
	p, known := e.passed[key]
	if known = known && p.id == id; known {
		p.walk = walk
		e.passed[key] = p
	}
	e.mu.Unlock()
	if known {
		return true
	}
	w, _ := e.arm(d, notify.Passed, key)
	if w == nil {
		return false
	}
	e.mu.Lock()
	before := e.passed[key]
	e.passed[key] = passedDir{w, id, walk}
	e.mu.Unlock()
	e.unwatch(before.watch)
	return true
}

// forgetPassed gives up the watch of a directory that was removed, or that has another path now.
func (e *events) forgetPassed(key passedPath) {
	e.mu.Lock()
	p := e.passed[key]
	delete(e.passed, key)
	e.mu.Unlock()
	e.unwatch(p.watch)
}

// keepPassed gives up the watches of the directories that a walk, which is over, did not pass through.
func (e *events) keepPassed(walk int) {
	if e == nil {
		return
	}
	for kind := range e.full {
		e.full[kind].Store(0)
	}
	e.mu.Lock()
	var gone []*notify.Watch
	for key, p := range e.passed {
		if p.walk != walk {
			gone = append(gone, p.watch)
			delete(e.passed, key)
		}
	}
	e.mu.Unlock()
	for _, w := range gone {
		e.unwatch(w)
	}
}

func (e *events) unwatch(w *notify.Watch) {
	if e != nil && w != nil {
		e.source.Unwatch(w)
	}
}

// follow has the ends told of the processes that the report after names, and no longer of those that the
// one before names: nil where there is none, or these are not followed. It reports whether all are
// followed: otherwise none is.
func (e *events) follow(before, after *report.Report) (followed bool) {
	if e == nil {
		return false
	}
	then, now := processesIn(before), processesIn(after)
	followed = true
	for i, p := range now {
		if slices.Contains(then, p) || e.source.Follow(p) == nil {
			continue
		}
		for _, p := range now[:i] {
			if !slices.Contains(then, p) {
				e.source.Unfollow(p)
			}
		}
		now, followed = nil, false
		break
	}
	for _, p := range then {
		if !slices.Contains(now, p) {
			e.source.Unfollow(p)
		}
	}
	return followed
}

// processesIn are those that a report names and that live, each once.
func processesIn(r *report.Report) (all []proc.Process) {
	if r == nil {
		return nil
	}
	for p, lives := range processesOf(r) {
		if lives && !slices.Contains(all, p) {
			all = append(all, p)
		}
	}
	return all
}

// processesOf yields the processes that a report names, and whether each lives: those that hold a lock do.
func processesOf(r *report.Report) iter.Seq2[proc.Process, bool] {
	return func(yield func(proc.Process, bool) bool) {
		if p := r.Evidence.Releaser; p != nil && !yield(identity(p), true) {
			return
		}
		for _, h := range r.Evidence.Holders {
			if !yield(identity(h.Process), true) {
				return
			}
		}
		if o := r.Evidence.Owner; o != nil {
			yield(identity(o), !r.Evidence.Process.Exited())
		}
	}
}
