package scan

import (
	"context"
	"slices"

	"golang.org/x/sys/unix"

	"lockscope/lock"
)

// refresh looks at every known directory that this pass has not come by.
func (p *pass) refresh(ctx context.Context) error {
	p.Monitor.mu.Lock()
	jobs := make([]job, 0, len(p.entries))
	for path, e := range p.entries {
		if !p.todo.walk || e.walk != p.number {
			jobs = append(jobs, p.lookJob(path, *e))
		}
	}
	p.Monitor.mu.Unlock()
	p.crew.add(jobs...)
	return p.crew.wait(ctx)
}

func (p *pass) lookJob(path string, e entry) *relook {
	j := &relook{pass: p, path: path, below: e.report.Root, entry: e}
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
	entry entry // as it was when the pass began, and nobody but this job changes it
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
	d, err := j.root.openBelow(j.cfg.Names, j.path)
	if err != nil {
		j.err = err
		return
	}
	defer d.Close()
	l := d.LockFile()
	if l.State == lock.LockMissing && d.PidfileID() == (lock.FileID{}) {
		j.err = unix.ENOENT
		return
	}
	if j.isDue(j.path, j.entry) || !j.obs.unchanged(d, l, j.entry.report, j.confirms(j.entry)) {
		j.publish = j.observe(j.below, j.path, d, l)
	}
}

func (j *relook) finish() {
	switch {
	case j.publish != nil:
		j.publish()
	case j.err == nil: // unchanged
	case isGone(j.err):
		j.forget(j.path)
	default:
		j.giveUp(j.err)
	}
}

func (j *relook) giveUp(err error) { j.miss(j.below, j.path, err) }

func (j *relook) discard() {}
