package scan

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"lockscope/lock/proc"
	"lockscope/scan/find"
	"lockscope/scan/observe"
	"lockscope/scan/pool"
	"lockscope/scan/report"
)

// round is one time around: a walk, a poll, or another look at some directories.
type round struct {
	m       *Monitor
	todo    batch
	start   time.Time
	session *observe.Session
	search  *observe.Search // of all processes; nil where none is needed
	roots   *find.Roots
	walk    int  // the number of this walk; 0 where it is none
	few     bool // there are few directories

	mu     sync.Mutex
	putOff []pool.Job // looks at directories that the walk came by, and that wait for the kernel's table
}

func (m *Monitor) newRound(todo batch) *round {
	if todo.all {
		m.polls++
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	r := &round{
		m:       m,
		todo:    todo,
		start:   time.Now(),
		session: m.observer.Begin(),
		few:     len(m.records.byPath) <= fewDirs,
	}
	if todo.walk {
		r.walk = m.polls
	}
	return r
}

func (r *round) run(ctx context.Context) error {
	var ahead *time.Timer
	if r.todo.all && (r.todo.afresh || r.start.Sub(r.m.formerAt) >= refreshEvery) {
		r.m.formerAt = r.start
		r.m.observer.RetryTable()
		ahead = time.AfterFunc(tableAhead, r.session.ReadTable)
		defer ahead.Stop()
	}
	if err := r.look(ctx); err != nil {
		return err
	}
	if ahead != nil {
		ahead.Stop()
		r.retract(r.former(ctx))
	}
	r.m.out.release()
	return ctx.Err()
}

// look opens the roots, and looks at all that is to be looked at.
func (r *round) look(ctx context.Context) (err error) {
	r.roots, err = find.OpenRoots(ctx, &r.m.find, r.m.pool, r.m.cfg.Roots)
	defer r.roots.Close()
	if err != nil {
		return err
	}
	if r.todo.walk {
		if err := r.walkRoots(ctx); err != nil {
			return err
		}
	}
	if r.todo.settle {
		r.search = r.m.searchFor(ctx, r)
	}
	before := processorTime()
	err = r.lookAgain(ctx)
	r.m.mu.Lock()
	defer r.m.mu.Unlock()
	if err == nil && r.todo.all {
		r.m.agenda.polled, r.m.agenda.pollTook = r.start, processorTime()-before
	}
	if r.todo.walk {
		r.m.observer.Keep(r.m.records.processes())
	}
	return err
}

// searchFor returns a search of all processes for a round of second looks.
func (m *Monitor) searchFor(ctx context.Context, r *round) *observe.Search {
	if m.search == nil || m.searchUsed == searchServes {
		m.mu.Lock()
		known := m.records.known()
		m.mu.Unlock()
		m.search, m.searchUsed = r.session.Search(ctx, known, r.roots.Real()), 0
	}
	m.searchUsed++
	return m.search
}

// walkRoots walks the roots, and observes the directories that are new or have changed.
func (r *round) walkRoots(ctx context.Context) error {
	m := r.m
	m.mu.Lock()
	m.errors = 0
	m.records.expectAliases(r.session.MountedTwice(r.roots.Real()))
	m.mu.Unlock()
	for _, path := range m.cfg.Roots {
		if err := r.roots.Lost(path); err != nil {
			m.fail(report.PathError{Path: path, Root: true, Err: err})
		}
	}
	before := processorTime()
	if m.cfg.Stream > 0 {
		m.out.limit(m.cfg.Stream, holdFor)
		defer m.out.limit(0, 0)
	}
	w := find.Start(&m.find, m.pool, r.roots, r.pseudoBelow(), visitor{r})
	stop := m.tellProgress(r.start, w.Progress)
	err := m.pool.Wait(ctx)
	stop()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.agenda.walked, m.agenda.walkTook = time.Now(), max(time.Since(r.start), processorTime()-before)
	return err
}

// pseudoBelow returns the mount points of pseudo file systems below the roots: mostly, there are none. A
// root that is one itself was asked for.
func (r *round) pseudoBelow() map[string]bool {
	points := r.session.PseudoMounts()
	maps.DeleteFunc(points, func(point string, _ bool) bool {
		return !slices.ContainsFunc(r.roots.Real(), func(root string) bool { return point != root && proc.Within(point, root) })
	})
	return points
}

// lookAgain looks at every known directory that is to be looked at and that the walk has not come by, and
// at those that it has put off.
func (r *round) lookAgain(ctx context.Context) error {
	r.m.mu.Lock()
	jobs := r.putOff
	if r.todo.all {
		for rec := range r.m.records.all() {
			if r.walk == 0 || rec.walk != r.walk {
				jobs = append(jobs, r.newLook(rec))
			}
		}
	}
	for _, rec := range r.todo.some {
		jobs = append(jobs, r.newLook(rec))
	}
	r.m.mu.Unlock()
	r.m.pool.Add(jobs...)
	return r.m.pool.Wait(ctx)
}

// former returns the paths of directories of which a process holds a lock file that they had.
func (r *round) former(ctx context.Context) []string {
	r.m.mu.Lock()
	known := r.m.records.known()
	r.m.mu.Unlock()
	return r.session.SplitDirs(ctx, known, r.roots.Real())
}

// retract takes back the verdicts on directories that look sound, but of which some process holds a lock
// file that was deleted or replaced: they are to be looked at again.
func (r *round) retract(real []string) {
	changes := map[string]report.Change{}
	r.m.mu.Lock()
	for _, name := range real {
		path, root, ok := r.roots.PathOf(name)
		if !ok {
			continue
		}
		rec := r.m.records.find(path)
		if rec == nil && r.m.cfg.SummaryOnly {
			rec = r.m.records.recount(root.Path, path)
		} else if rec == nil {
			continue
		} else if c := rec.retract(r.start); c != nil {
			changes[path] = *c
		}
		r.m.agenda.note(rec)
	}
	r.m.mu.Unlock()
	if len(changes) == 0 || r.m.cfg.SummaryOnly {
		return
	}
	r.m.out.put(func(u *report.Update) {
		// What has not been delivered yet never was so.
		u.Changes = slices.DeleteFunc(u.Changes, func(d report.Change) bool {
			c, again := changes[d.Report.Path]
			if again {
				c.New = c.New || d.New
				changes[d.Report.Path] = c
			}
			return again
		})
		u.Changes = slices.AppendSeq(u.Changes, maps.Values(changes))
	})
}
