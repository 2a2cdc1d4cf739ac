package scan

import (
	"context"
	"slices"
	"strings"
	"sync"

	"lockscope/lock"
	"lockscope/lock/proc"
	"lockscope/scan/report"
)

// root is an open root. It is open only during a pass: an open directory would keep
// its file system from being unmounted.
type root struct {
	path  string
	real  string // the same without links: what the kernel calls it
	place proc.Place
	dir   lock.Dir
	id    lock.FileID
}

// realPath returns the path of a directory below the root as the kernel calls it.
func (r *root) realPath(path string) string {
	return strings.TrimSuffix(r.real, "/") + strings.TrimPrefix(path, strings.TrimSuffix(r.path, "/"))
}

// openBelow opens a directory below the root, through no link.
func (r *root) openBelow(names lock.Names, path string) (lock.Dir, error) {
	return names.OpenBelow(r.dir.FD(), strings.TrimPrefix(strings.TrimPrefix(path, r.path), "/"), path)
}

// openRoots opens the roots, each of them once. Links are followed here, and nowhere below.
func (p *pass) openRoots(ctx context.Context) error {
	o := &opening{pass: p, lost: map[string]error{}}
	for _, path := range p.cfg.Roots {
		p.pool.Add(&openRoot{opening: o, root: root{path: path}})
	}
	err := p.pool.Wait(ctx)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.over = true
	slices.SortStableFunc(o.roots, func(a, b *root) int {
		return slices.Index(p.cfg.Roots, a.path) - slices.Index(p.cfg.Roots, b.path)
	})
	seen := map[fileKey]bool{}
	p.roots = slices.DeleteFunc(o.roots, func(r *root) bool {
		key := fileKey{r.id.Dev, r.id.Ino}
		again := seen[key]
		seen[key] = true
		if again {
			r.dir.Close()
		}
		return again
	})
	p.lost = o.lost
	return err
}

func (p *pass) closeRoots() {
	for _, r := range p.roots {
		r.dir.Close()
	}
}

// opening is what the jobs that open the roots have come to.
type opening struct {
	*pass
	mu    sync.Mutex
	over  bool // nobody waits any more: what is opened now is closed at once
	roots []*root
	lost  map[string]error // why a root could not be opened
}

type openRoot struct {
	*opening
	root
	err error
}

// Key is not the real path, which is not known before the root is open: its path may lead through links.
func (j *openRoot) Key() string { return "root " + j.path }

func (j *openRoot) Run() {
	if j.dir, j.err = j.cfg.Names.OpenDir(j.path); j.err == nil {
		j.real = j.dir.RealPath()
		j.place, _ = j.dir.Place(j.obs.mounts.ours)
		j.id, j.err = j.dir.ID()
	}
}

func (j *openRoot) Finish() {
	if j.err != nil {
		j.fails(j.err)
		j.Discard()
		return
	}
	j.opening.mu.Lock()
	defer j.opening.mu.Unlock()
	if j.over {
		j.dir.Close()
		return
	}
	j.opening.roots = append(j.opening.roots, &j.root)
}

func (j *openRoot) GiveUp() { j.fails(j.cfg.noAnswer()) }

func (j *openRoot) fails(err error) {
	j.opening.mu.Lock()
	j.opening.lost[j.path] = err
	j.opening.mu.Unlock()
	if j.todo.walk && !j.looking {
		j.fail(report.PathError{Path: j.path, Root: true, Err: err})
	}
}

func (j *openRoot) Discard() { j.dir.Close() }
