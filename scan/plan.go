package scan

import (
	"time"

	"lockscope/lock"
	"lockscope/scan/observe"
	"lockscope/scan/report"
)

// plan is how a directory is to be looked at.
type plan struct {
	before *report.Report // nil where nothing is known
	why    why
}

// planFor plans a look at the directory of a path.
func (r *round) planFor(path string) plan {
	r.m.mu.Lock()
	defer r.m.mu.Unlock()
	return r.plan(r.m.records.find(path))
}

// plan plans a look at a directory, of which the record may be nil. The caller holds the monitor's mu.
func (r *round) plan(rec *record) plan {
	switch {
	case rec == nil:
		return plan{why: toLearn}
	case r.todo.afresh:
		return plan{rec.report, asAsked}
	case !rec.due.at.After(r.start):
		return plan{rec.report, rec.due.why}
	case rec.isTurn(r.m.polls):
		return plan{rec.report, toConfirm}
	}
	return plan{rec.report, toPoll}
}

// evidence is what was seen the last time; nil if nothing was.
func (p *plan) evidence() *report.Evidence {
	if p.before == nil {
		return nil
	}
	return &p.before.Evidence
}

// isUnchanged reports whether nothing that the last report rests on has changed, as far as the plan has it
// looked at. A daemon that closes its descriptor without a release changes nothing else in the directory.
func (r *round) isUnchanged(d lock.Dir, p plan) bool {
	return !p.why.observes() && r.session.Unchanged(d, p.before, r.few && p.why == toConfirm)
}

// seen is what came of a look at a directory. The zero value is that nothing has changed.
type seen struct {
	report *report.Report // without a verdict; nil if no look was taken
	putOff bool           // it takes the kernel's lock table, which is not read yet
	err    error          // why no look was taken: the directory is gone, or cannot be opened
}

// observe looks at a directory, whatever is known of it.
func (r *round) observe(root, path string, d lock.Dir, file lock.LockFile, how observe.Options) seen {
	how.Search = r.search
	now := r.session.Observe(d, file, how)
	if now.NeedsTable {
		return seen{putOff: true}
	}
	return seen{report: &report.Report{Root: root, Path: path, Evidence: now.Evidence, Observed: now.At}}
}

// lose takes in that a directory gives no answer, or cannot be opened.
func (r *round) lose(root, path string, before *report.Report, err error) {
	now := &report.Report{Root: root, Path: path, Observed: time.Now()}
	if before != nil {
		now.Evidence.Dir = before.Evidence.Dir
	}
	now.Evidence.Err = err
	r.take(now)
}
