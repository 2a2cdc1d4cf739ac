package scan

import (
	"lockscope/lock"
	"lockscope/scan/find"
	"lockscope/scan/report"
)

// visitor looks at the data directories that the walk of a round finds: see find.Visitor.
type visitor struct{ round *round }

// Look observes a directory, unless it is known and unchanged.
func (v visitor) Look(root *find.Root, path string, d lock.Dir, file lock.LockFile) seen {
	p := v.round.planFor(path)
	if p.skip { // unless the path leads to another directory now
		id, err := d.ID()
		p.skip = err == nil && id.SameFile(p.before.Evidence.Dir)
	}
	if p.before != nil && file.ID == p.before.Evidence.Lock.ID && v.round.isUnchanged(d, p) {
		return seen{}
	}
	return v.round.observe(root.Path, path, d, file, p)
}

// Passing watches a directory that the walk passes through: a new directory in it makes an event.
func (v visitor) Passing(_ *find.Root, path string, d lock.Dir) {
	r := v.round
	if r.m.events == nil || !r.session.MakesEvents(d) || !r.m.events.watchPassed(d, path, r.walkNumber) {
		r.unwatched.Store(true)
	}
}

// Found applies what Look saw to the directory's record.
func (v visitor) Found(root *find.Root, path string, s seen) {
	r := v.round
	switch {
	case s.report != nil:
		r.apply(s)
	case s.needsTable:
		r.lookAfterWalk(root, path)
	default:
		r.sawUnchanged(path)
	}
}

// Discard gives up the watch that a look has begun which came back too late: the record keeps none.
func (v visitor) Discard(s seen) { v.round.m.events.unwatch(s.watch) }

// Lost reports that a data directory gives no answer. isData is whether the walk knows it to be one; the
// monitor may know that from before.
func (v visitor) Lost(root *find.Root, path string, isData bool) {
	r := v.round
	r.unwatched.Store(true)
	if before := r.planFor(path).before; isData || before != nil {
		r.applyError(root.Path, path, before, report.NoAnswer(r.m.cfg.Timeout))
	}
}

// Failed reports a directory that cannot be read. That it can be read again makes no event.
func (v visitor) Failed(err report.PathError) {
	v.round.unwatched.Store(true)
	v.round.m.reportError(err)
}

// sawUnchanged notes that the walk found a directory, and nothing in it has changed.
func (r *round) sawUnchanged(path string) {
	r.m.mu.Lock()
	defer r.m.mu.Unlock()
	if rec := r.m.records.find(path); rec != nil {
		rec.lastWalk = max(rec.lastWalk, int32(r.walkNumber))
	}
}

// lookAfterWalk puts a look off until after the walk: it needs the kernel's lock table, which is read by
// then. A directory that has a record is looked at then anyway.
func (r *round) lookAfterWalk(root *find.Root, path string) {
	p := r.planFor(path)
	if p.before != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.afterWalk = append(r.afterWalk, &lookJob{round: r, root: root, path: path, plan: p})
}
