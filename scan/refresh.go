package scan

import (
	"context"
	"slices"

	"golang.org/x/sys/unix"

	"lockscope/lock"
	"lockscope/scan/pool"
)

// refresh looks at every known directory that this pass has not come by, and at those
// that the walk has put off.
func (p *pass) refresh(ctx context.Context) error {
	p.Monitor.mu.Lock()
	jobs := make([]pool.Job, 0, p.entries.len())
	for e := range p.entries.all() {
		if p.todo.isSome() && !p.todo.paths[e.path] {
			continue
		}
		if !p.todo.walk || e.walk != p.number {
			jobs = append(jobs, p.relook(*e))
		}
	}
	for _, e := range p.later {
		jobs = append(jobs, p.relook(e))
	}
	p.Monitor.mu.Unlock()
	p.pool.Add(jobs...)
	return p.pool.Wait(ctx)
}

func (p *pass) relook(e entry) *relook {
	j := &relook{pass: p, entry: e}
	if i := slices.IndexFunc(p.roots, func(r *root) bool { return r.path == e.report.Root }); i >= 0 {
		j.root = p.roots[i]
	} else if j.err = p.lost[e.report.Root]; j.err == nil {
		j.err = unix.ENOENT
	}
	return j
}

// relook is the job of looking at a known directory again.
type relook struct {
	*pass
	entry // as it was when the pass began, and nobody but this job changes it
	root  *root

	err     error // from the start, where the root could not be opened
	publish func()
}

func (j *relook) Key() string {
	if j.root == nil {
		return j.path
	}
	return j.root.realPath(j.path)
}

func (j *relook) Run() {
	if j.err != nil {
		return
	}
	d, err := j.root.openBelow(j.cfg.Names, j.path)
	if err != nil {
		j.err = err
		return
	}
	defer d.Close()
	if !j.isDue(j.entry) && j.unchanged(d) {
		return
	}
	l := d.LockFile()
	if l.State == lock.LockMissing && d.PidfileID() == (lock.FileID{}) {
		j.err = unix.ENOENT
		return
	}
	j.publish = j.observe(j.report.Root, j.path, d, l, &j.report.Evidence, true)
}

func (j *relook) unchanged(d lock.Dir) bool {
	r := j.report
	return j.obs.unchanged(d, r, j.confirms(j.entry)) &&
		(!j.looksAtLock(j.entry) || d.LockFile().ID == r.Evidence.Lock.ID)
}

func (j *relook) Finish() {
	switch {
	case j.publish != nil:
		j.publish()
	case j.err == nil: // unchanged
	case isGone(j.err):
		j.forget(j.path)
	default:
		j.lose(j.report, j.err)
	}
}

func (j *relook) GiveUp() { j.lose(j.report, j.cfg.noAnswer()) }

func (j *relook) Discard() {}
