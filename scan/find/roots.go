package find

import (
	"context"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sys/unix"

	"lockscope/lock"
	"lockscope/lock/proc"
	"lockscope/scan/pool"
	"lockscope/scan/report"
)

// Root is an open root. Keep it open no longer than needed: an open directory keeps its file system
// from being unmounted.
type Root struct {
	Path string // as it was given
	Real string // the same without links: what the kernel calls it

	names lock.Names
	dir   lock.Dir
	id    lock.FileID
}

// RealPath returns what the kernel calls the directory at a path below the root.
func (r *Root) RealPath(path string) string {
	return strings.TrimSuffix(r.Real, "/") + strings.TrimPrefix(path, strings.TrimSuffix(r.Path, "/"))
}

// Open opens the directory at a path below the root, through no link.
func (r *Root) Open(path string) (lock.Dir, error) {
	return r.names.OpenBelow(r.dir.FD(), strings.TrimPrefix(strings.TrimPrefix(path, r.Path), "/"), path)
}

// Roots are those that could be opened, in the order in which they were given. Of two paths that lead
// to one directory the first is there.
type Roots struct {
	Open []*Root

	lost map[string]error // by path, why one could not be opened
}

// Lost is why a root could not be opened; nil if it is open, or is another path to one that is.
func (rs *Roots) Lost(path string) error { return rs.lost[path] }

// Find returns the root that was given by a path. The error is why there is none.
func (rs *Roots) Find(path string) (*Root, error) {
	if i := slices.IndexFunc(rs.Open, func(r *Root) bool { return r.Path == path }); i >= 0 {
		return rs.Open[i], nil
	}
	if err := rs.lost[path]; err != nil {
		return nil, err
	}
	return nil, unix.ENOENT
}

// Real returns what the kernel calls the open roots.
func (rs *Roots) Real() []string {
	names := make([]string, len(rs.Open))
	for i, r := range rs.Open {
		names[i] = r.Real
	}
	return names
}

// PathOf undoes RealPath: it returns the path of a directory by what the kernel calls it, and its root.
func (rs *Roots) PathOf(real string) (path string, root *Root, ok bool) {
	for _, r := range rs.Open {
		if proc.Within(real, r.Real) {
			return strings.TrimSuffix(r.Path, "/") + strings.TrimPrefix(real, strings.TrimSuffix(r.Real, "/")), r, true
		}
	}
	return "", nil, false
}

// Close closes the roots.
func (rs *Roots) Close() {
	for _, r := range rs.Open {
		r.dir.Close()
	}
}

// OpenRoots opens the roots, as jobs of the pool. The error is ctx's; the roots that were opened by then
// are returned all the same.
func OpenRoots(ctx context.Context, cfg *Config, jobs *pool.Pool, paths []string) (*Roots, error) {
	o := &opening{cfg: cfg, lost: map[string]error{}}
	for _, path := range paths {
		jobs.Add(&openRoot{opening: o, root: Root{Path: path, names: cfg.Names}})
	}
	err := jobs.Wait(ctx)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.over = true
	slices.SortStableFunc(o.opened, func(a, b *Root) int {
		return slices.Index(paths, a.Path) - slices.Index(paths, b.Path)
	})
	roots := &Roots{lost: o.lost}
	seen := map[lock.FileID]bool{}
	for _, r := range o.opened {
		if id := r.id.Identity(); seen[id] {
			r.dir.Close()
		} else {
			seen[id] = true
			roots.Open = append(roots.Open, r)
		}
	}
	return roots, err
}

// opening is what the jobs that open the roots have come to.
type opening struct {
	cfg *Config

	mu     sync.Mutex
	over   bool // nobody waits any more: what is opened now is closed at once
	opened []*Root
	lost   map[string]error
}

type openRoot struct {
	opening *opening
	root    Root
	err     error
}

// Key is not the real path, which is not known before the root is open: its path may lead through links.
func (j *openRoot) Key() string { return "root " + j.root.Path }

func (j *openRoot) Run() {
	r := &j.root
	if r.dir, j.err = r.names.OpenDir(r.Path); j.err == nil {
		r.Real = r.dir.RealPath()
		r.id, j.err = r.dir.ID()
	}
}

func (j *openRoot) Finish() {
	if j.err != nil {
		j.lose(j.err)
		j.Discard()
		return
	}
	j.opening.mu.Lock()
	defer j.opening.mu.Unlock()
	if j.opening.over {
		j.root.dir.Close()
		return
	}
	j.opening.opened = append(j.opening.opened, &j.root)
}

func (j *openRoot) GiveUp() { j.lose(report.NoAnswer(j.opening.cfg.Timeout)) }

func (j *openRoot) lose(err error) {
	j.opening.mu.Lock()
	defer j.opening.mu.Unlock()
	j.opening.lost[j.root.Path] = err
}

func (j *openRoot) Discard() { j.root.dir.Close() }
