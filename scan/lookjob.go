package scan

import (
	"golang.org/x/sys/unix"

	"lockscope/lock"
	"lockscope/scan/find"
	"lockscope/scan/report"
)

// lookJob is a job of the pool: it looks at a directory that was found before.
type lookJob struct {
	round *round
	root  *find.Root // nil where the root is not open: then seen.err says why
	path  string
	plan  plan
	seen  seen
}

// newLookJob returns the job for a directory that has a record. The caller holds the monitor's mu.
func (r *round) newLookJob(rec *record) *lookJob {
	j := &lookJob{round: r, path: rec.path, plan: r.plan(rec)}
	j.plan.skip = false // somebody has found that it is to be looked at
	j.root, j.seen.err = r.roots.Find(rec.report.Root)
	return j
}

func (j *lookJob) Key() string {
	if j.root == nil {
		return j.path
	}
	return j.root.RealPath(j.path)
}

func (j *lookJob) Run() {
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
	// The directory's mtime shows that the lock file was removed or replaced, unless somebody has set
	// it back. So the lock file itself is looked at too, where that costs little, or else in turn.
	checkLockFile := r.few || p.purpose == toConfirm
	if r.isUnchanged(d, p) && (!checkLockFile || d.LockFile().ID == p.before.Evidence.Lock.ID) {
		return
	}
	file := d.LockFile()
	if file.State == lock.LockMissing {
		pidfile, err := d.PidfileID()
		if err == nil && pidfile == (lock.FileID{}) {
			err = unix.ENOENT
		}
		if err != nil {
			j.seen.err = err
			return
		}
	}
	p.waitForTable = true
	j.seen = r.observe(j.root.Path, j.path, d, file, p)
}

func (j *lookJob) Finish() {
	switch {
	case j.seen.report != nil:
		j.round.apply(j.seen)
	case j.seen.err == nil: // unchanged
	case find.IsGone(j.seen.err):
		j.round.forget(j.path)
	default:
		j.fail(j.seen.err)
	}
}

func (j *lookJob) GiveUp() { j.fail(report.NoAnswer(j.round.m.cfg.Timeout)) }

func (j *lookJob) fail(err error) {
	before := j.plan.before
	if before == nil { // the walk has just found it, so its root is open
		before = &report.Report{Root: j.root.Path}
	}
	j.round.applyError(before.Root, j.path, before, err)
}

// Discard gives up the watch that a look has begun which came back too late: the record keeps none.
func (j *lookJob) Discard() { j.round.m.events.unwatch(j.seen.watch) }
