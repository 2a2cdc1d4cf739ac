package scan

import (
	"context"
	"iter"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"lockscope/lock/proc"
	"lockscope/scan/find"
	"lockscope/scan/observe"
	"lockscope/scan/pool"
	"lockscope/scan/report"
)

// round does one batch of the agenda: a walk, a poll, or looks at some directories.
type round struct {
	m          *Monitor
	todo       batch
	start      time.Time
	session    *observe.Session
	search     *observe.Search // of all processes; nil where none is needed
	roots      *find.Roots
	walkNumber int         // of the walk in this round, for record.lastWalk; 0 where there is none
	unwatched  atomic.Bool // the walk met a directory that makes no events, or could not be read
	few        bool        // there are few directories: see fewDirs

	leftOut map[string]int // by root, how many directories are left out: see leaveOut. The Monitor's mu guards it

	mu        sync.Mutex
	afterWalk []pool.Job // looks at new directories, which need the kernel's lock table
}

// newRound begins a round. It asks the kernel for the mounts, and looks at nothing yet.
func (m *Monitor) newRound(todo batch) *round {
	r := &round{m: m, todo: todo, start: time.Now(), session: m.observer.Begin()}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.events.beginRound()
	m.session = r.session
	r.few = len(m.records.byPath) <= fewDirs
	if todo.all {
		m.polls++
	}
	if todo.walk {
		r.walkNumber = m.polls
	}
	return r
}

// run does the batch. From time to time it also searches for directories that are split, when all are
// known. The error is ctx's.
func (r *round) run(ctx context.Context) error {
	var ahead *time.Timer
	searches, isDue := r.searchesSplits()
	if searches {
		if r.m.splitsSearched = r.start; isDue {
			r.m.observer.RetryTable()
		}
		ahead = time.AfterFunc(tableAhead, r.session.ReadTable)
		defer ahead.Stop()
	}
	if err := r.lookAtBatch(ctx); err != nil {
		return err
	}
	if ahead != nil {
		ahead.Stop()
		// The roots are closed by now. Only their paths are used.
		began, before := time.Now(), processorTime()
		r.retract(r.splitDirs(ctx))
		took := time.Since(began)
		r.m.splitsRest = max(splitsAfter, restFactor*min(took, processorTime()-before), searchRests*took)
	}
	r.m.out.release() // in the first round: nothing is taken back any more
	return ctx.Err()
}

// lookAtBatch opens the roots, walks them if they are to be walked, and looks at the known directories
// that are to be looked at.
func (r *round) lookAtBatch(ctx context.Context) (err error) {
	r.roots, err = find.OpenRoots(ctx, &r.m.find, r.m.pool, r.m.cfg.Roots)
	defer r.roots.Close()
	if err != nil {
		return err
	}
	switch {
	case r.todo.walk:
		if err := r.walkRoots(ctx); err != nil {
			return err
		}
	case !r.roots.SameAs(r.m.walkedRoots): // a rename further up makes no event
		r.m.change(func(a *agenda) { a.treeMoved = true })
	}
	if r.todo.settle {
		r.search = r.searchProcesses(ctx)
	}
	before := processorTime()
	err = r.lookAtKnown(ctx)
	r.tellLeftOut()
	r.m.mu.Lock()
	defer r.m.mu.Unlock()
	if err == nil && r.todo.all {
		r.m.agenda.polled, r.m.agenda.pollTook = r.start, processorTime()-before
		if !r.todo.afresh && !r.todo.walk { // where it has walked, few were left to look at
			r.m.turns = nextTurns(r.m.turns, r.m.agenda.pollTook, r.m.agenda.interval)
		}
	}
	if r.todo.walk {
		r.m.observer.Keep(r.m.records.processes())
	}
	return err
}

// searchProcesses returns a search of all processes for a round of second looks: a new one, or the last one if that
// has served less than searchServes rounds. One from before a lock file was removed does not show who holds that.
func (r *round) searchProcesses(ctx context.Context) *observe.Search {
	m := r.m
	m.mu.Lock()
	last := &m.search
	anew := m.searchAnew && time.Since(last.ended) >= searchRests*last.took
	m.lockFilesCame = m.lockFilesCame || m.searchAnew && !anew // what an older search does not show, that for former lock files will
	m.searchAnew = false
	m.mu.Unlock()
	if anew || last.found == nil || last.used == searchServes {
		m.mu.Lock()
		known := m.records.known()
		m.mu.Unlock()
		began := time.Now()
		*last = processSearch{found: r.session.Search(ctx, known, r.roots.RealPaths())}
		last.ended, last.took = time.Now(), time.Since(began)
	}
	last.used++
	return last.found
}

// walkRoots walks the roots, and observes the directories that are new or have changed. Looks that need
// the kernel's lock table are left in afterWalk.
func (r *round) walkRoots(ctx context.Context) error {
	m := r.m
	m.mu.Lock()
	m.walkErrors = 0
	m.records.trackAliases(r.session.MountedTwice(r.roots.RealPaths()))
	m.mu.Unlock()
	for _, path := range m.cfg.Roots {
		if err := r.roots.Lost(path); err != nil {
			m.reportError(report.PathError{Path: path, Root: true, Err: err})
		}
	}
	before := processorTime()
	if m.cfg.Stream > 0 {
		m.out.limit(m.cfg.Stream, holdFor)
		defer m.out.limit(0, 0)
	}
	w := find.Start(&m.find, m.pool, r.roots, r.pseudoMounts(), visitor{r})
	stop := m.tellProgress(r.start, w.Progress)
	err := m.pool.Wait(ctx)
	stop()
	if err == nil {
		m.events.keepPassed(r.walkNumber)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.walkedRoots = r.roots
	m.agenda.treeWatched = m.events != nil && !r.unwatched.Load()
	m.agenda.walked, m.agenda.walkTook = time.Now(), max(time.Since(r.start), processorTime()-before)
	return err
}

// reportError reports a root, or a directory below one, that cannot be read.
func (m *Monitor) reportError(e report.PathError) {
	e.Host = m.cfg.Host
	m.mu.Lock()
	m.walkErrors++
	m.mu.Unlock()
	m.out.put(func(u *report.Update) { u.Errors = append(u.Errors, e) })
}

// pseudoMounts returns the mount points of pseudo file systems, such as /proc, below the roots. A root
// that is one itself is not among them: whoever named it wants it to be walked.
func (r *round) pseudoMounts() map[string]bool {
	points := r.session.PseudoMounts()
	maps.DeleteFunc(points, func(point string, _ bool) bool {
		return !slices.ContainsFunc(r.roots.RealPaths(), func(root string) bool { return point != root && proc.Within(point, root) })
	})
	return points
}

// lookAtKnown looks at the known directories that the batch names, but for those that the walk has found
// just now, and does the looks that the walk has put off.
func (r *round) lookAtKnown(ctx context.Context) error {
	jobs := r.afterWalk
	if records := r.toLookAt(); len(records) > 0 {
		jobs = append(jobs, &lookFeed{r, records})
	}
	r.m.pool.Add(append(jobs, r.looksAt(r.todo.some)...)...)
	return r.m.pool.Wait(ctx)
}

// toLookAt returns the known directories that a batch over all looks at.
func (r *round) toLookAt() (records []*record) {
	if !r.todo.all {
		return nil
	}
	r.m.mu.Lock()
	defer r.m.mu.Unlock()
	for rec := range r.toPlan() {
		_, skip := r.purposeOf(rec)
		if r.walkNumber > 0 {
			skip = int(rec.lastWalk) == r.walkNumber // the walk has looked at it
		}
		if !skip {
			records = append(records, rec)
		}
	}
	return records
}

// toPlan yields the known directories of which this round over all may look at some. The caller holds the
// monitor's mu.
func (r *round) toPlan() iter.Seq[*record] {
	if r.todo.afresh || r.todo.complete || r.todo.walk {
		return r.m.records.all()
	}
	return r.m.records.toPoll(r.start, r.m.polls, r.m.turns)
}

// nextTurns returns in how many polls each directory that makes events is looked at once. It is 0 where that would
// be hardly more often than the look in refreshEvery that each has anyway, and is left to that. It grows while a
// poll takes more than its share of a processor, and shrinks again.
func nextTurns(turns int, took, interval time.Duration) int {
	share := max(interval/pollShare, leastPoll)
	most := max(int(refreshEvery/max(interval, 1)), 1)
	switch {
	case turns == 0 && took < share/noTurnsShare:
		return max(most/4, 1)
	case turns > 0 && took > share && most > 1:
		if turns *= max(int(took/share), 2); turns > most/2 {
			return 0
		}
	case turns > 0 && took < share/4:
		return max(turns/2, 1)
	}
	return turns
}
