package scan

import (
	"golang.org/x/sys/unix"

	"lockscope/lock"
	"lockscope/scan/find"
	"lockscope/scan/observe"
	"lockscope/scan/report"
)

// look is the job of looking again at a directory.
type look struct {
	round *round
	root  *find.Root // nil where it is not open
	path  string
	plan  plan
	seen  seen
}

// newLook returns the look at a directory that is known. The caller holds the monitor's mu.
func (r *round) newLook(rec *record) *look {
	j := &look{round: r, path: rec.path, plan: r.plan(rec)}
	j.root, j.seen.err = r.roots.Find(rec.report.Root)
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
	r, p := j.round, j.plan
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
	j.seen = r.observe(j.root.Path, j.path, d, file, observe.Options{Previous: p.evidence(), WaitForTable: true})
}

func (j *look) Finish() {
	switch {
	case j.seen.report != nil:
		j.round.take(j.seen.report)
	case j.seen.err == nil: // unchanged
	case find.IsGone(j.seen.err):
		j.round.m.forget(j.path)
	default:
		j.lose(j.seen.err)
	}
}

func (j *look) GiveUp() { j.lose(report.NoAnswer(j.round.m.cfg.Timeout)) }

func (j *look) lose(err error) {
	before := j.plan.before
	if before == nil { // a walk has just come by: the root is open
		before = &report.Report{Root: j.root.Path}
	}
	j.round.lose(before.Root, j.path, before, err)
}

func (j *look) Discard() {}
