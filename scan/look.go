package scan

import (
	"time"

	"golang.org/x/sys/unix"

	"lockscope/lock"
	"lockscope/scan/find"
	"lockscope/scan/observe"
	"lockscope/scan/report"
)

// seen is what came of a look at a directory. The zero value is that nothing has changed.
type seen struct {
	report *report.Report // without a verdict; nil if no look was taken
	putOff bool           // it takes the kernel's lock table, which is not read yet
	err    error          // why no look was taken: the directory is gone, or cannot be opened
}

// plan is how a directory is to be looked at.
type plan struct {
	before *report.Report // nil where nothing is known
	why    why
}

// planFor plans a look at a directory.
func (r *round) planFor(path string) plan {
	r.m.mu.Lock()
	defer r.m.mu.Unlock()
	rec := r.m.records.find(path)
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

// observe looks at a directory, whatever is known of it.
func (r *round) observe(root, path string, d lock.Dir, file lock.LockFile, how observe.Options) seen {
	how.Search = r.search
	now := r.session.Observe(d, file, how)
	if now.NeedsTable {
		return seen{putOff: true}
	}
	return seen{report: &report.Report{Root: root, Path: path, Evidence: now.Evidence, Observed: now.At}}
}

// look is the job of looking again at a directory.
type look struct {
	round *round
	root  *find.Root // nil where that is not open: err says why
	path  string
	under string // the path of the root
	seen  seen
}

func (r *round) newLook(under, path string) *look {
	j := &look{round: r, path: path, under: under}
	j.root, j.seen.err = r.roots.Find(under)
	return j
}

func (j *look) Key() string {
	if j.root == nil {
		return j.path
	}
	return j.root.RealPath(j.path)
}

func (j *look) Run() {
	if j.root == nil {
		return
	}
	d, err := j.root.Open(j.path)
	if err != nil {
		j.seen.err = err
		return
	}
	defer d.Close()
	r, p := j.round, j.round.planFor(j.path)
	// Where the lock file is removed or replaced, the directory's mtime tells, unless somebody sets that
	// back: so it is looked at where that costs little, or in turn.
	looks := r.few || p.why == toConfirm
	if r.isUnchanged(d, p) && (!looks || d.LockFile().ID == p.before.Evidence.Lock.ID) {
		return
	}
	file := d.LockFile()
	if file.State == lock.LockMissing && d.PidfileID() == (lock.FileID{}) {
		j.seen.err = unix.ENOENT
		return
	}
	j.seen = r.observe(j.under, j.path, d, file, observe.Options{Previous: p.evidence(), WaitForTable: true})
}

func (j *look) Finish() {
	switch {
	case j.seen.report != nil:
		j.round.take(j.seen.report)
	case j.seen.err == nil: // unchanged
	case find.IsGone(j.seen.err):
		j.round.m.forget(j.path)
	default:
		j.round.lose(j.under, j.path, j.seen.err)
	}
}

func (j *look) GiveUp() { j.round.lose(j.under, j.path, report.NoAnswer(j.round.m.cfg.Timeout)) }

func (j *look) Discard() {}

// visitor looks at the data directories that a walk comes by.
type visitor struct{ round *round }

// Look looks at a directory, unless it is known and unchanged.
func (v visitor) Look(root *find.Root, path string, d lock.Dir, file lock.LockFile) seen {
	p := v.round.planFor(path)
	if p.before != nil && file.ID == p.before.Evidence.Lock.ID && v.round.isUnchanged(d, p) {
		return seen{}
	}
	return v.round.observe(root.Path, path, d, file, observe.Options{Previous: p.evidence()})
}

// Found takes in a look. One that was put off is made after the walk.
func (v visitor) Found(root *find.Root, path string, s seen) {
	r := v.round
	switch {
	case s.report != nil:
		r.take(s.report)
	case s.putOff:
		r.putOffLook(root, path)
	default:
		r.cameBy(path)
	}
}

// Lost reports a data directory that gives no answer, if it is known to be one.
func (v visitor) Lost(root *find.Root, path string, isData bool) {
	r := v.round
	if isData || r.planFor(path).before != nil {
		r.lose(root.Path, path, report.NoAnswer(r.m.cfg.Timeout))
	}
}

func (v visitor) Failed(err report.PathError) { v.round.m.fail(err) }

// cameBy notes that the walk found a directory unchanged.
func (r *round) cameBy(path string) {
	r.m.mu.Lock()
	defer r.m.mu.Unlock()
	if rec := r.m.records.find(path); rec != nil {
		rec.walk = max(rec.walk, r.walk)
	}
}

// putOffLook leaves a directory for after the walk, where all that are known are looked at anyway.
func (r *round) putOffLook(root *find.Root, path string) {
	if r.planFor(path).before != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.putOff = append(r.putOff, &look{round: r, root: root, path: path, under: root.Path})
}

// lose takes in that a directory gives no answer, or cannot be opened.
func (r *round) lose(root, path string, err error) {
	now := &report.Report{Root: root, Path: path, Observed: time.Now()}
	if before := r.planFor(path).before; before != nil {
		now.Evidence.Dir = before.Evidence.Dir
	}
	now.Evidence.Err = err
	r.take(now)
}
