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

// Root is an open root. It may be used concurrently. Keep it open no longer than needed: an open
// directory keeps its file system from being unmounted.
type Root struct {
	Path string // as it was given

	real  string // its real path: without links, as the kernel names it
	names lock.Names
	dir   lock.Dir
	id    lock.FileID
}

// RealPath returns the real path of the directory at a path below the root.
func (r *Root) RealPath(path string) string {
	return strings.TrimSuffix(r.real, "/") + strings.TrimPrefix(path, strings.TrimSuffix(r.Path, "/"))
}

// Open opens the directory at a path below the root, through no link. The caller closes it. The error is
// that of the system: see IsGone.
func (r *Root) Open(path string) (lock.Dir, error) {
	return r.names.OpenBelow(r.dir.FD(), strings.TrimPrefix(strings.TrimPrefix(path, r.Path), "/"), path)
}

// Open opens the directory at a path below a root, through no link below it. The caller closes it.
func (c *Config) Open(root, path string) (lock.Dir, error) {
	d, err := c.Names.OpenDir(root)
	if err != nil {
		return lock.Dir{}, err
	}
	defer d.Close()
	return (&Root{Path: root, names: c.Names, dir: d}).Open(path)
}

// Roots are the roots of a walk.
type Roots struct {
	Open []*Root // in the order in which they were given; of two paths to one directory, the first alone

	lost map[string]error // by path, why one could not be opened
}

// Lost returns why a root could not be opened. It is nil if the root is open, or is another path to one
// that is.
func (rs *Roots) Lost(path string) error { return rs.lost[path] }

// Find returns the open root that was given as path. The error says why there is none: unix.ENOENT if it
// is another path to one that is open.
func (rs *Roots) Find(path string) (*Root, error) {
	if i := slices.IndexFunc(rs.Open, func(r *Root) bool { return r.Path == path }); i >= 0 {
		return rs.Open[i], nil
	}
	if err := rs.lost[path]; err != nil {
		return nil, err
	}
	return nil, unix.ENOENT
}

// RealPaths returns the real paths of the open roots.
func (rs *Roots) RealPaths() []string {
	names := make([]string, len(rs.Open))
	for i, r := range rs.Open {
		names[i] = r.real
	}
	return names
}

// PathOf is the reverse of RealPath: it returns the path of a directory by its real path, and its root. ok
// is false where that is below no open root.
func (rs *Roots) PathOf(real string) (path string, root *Root, ok bool) {
	for _, r := range rs.Open {
		if proc.Within(real, r.real) {
			return strings.TrimSuffix(r.Path, "/") + strings.TrimPrefix(real, strings.TrimSuffix(r.real, "/")), r, true
		}
	}
	return "", nil, false
}

// SameAs reports whether the same paths lead to the same directories as in others, which may be closed or nil.
func (rs *Roots) SameAs(others *Roots) bool {
	if others == nil || len(rs.lost) != len(others.lost) {
		return false
	}
	return slices.EqualFunc(rs.Open, others.Open, func(a, b *Root) bool { return a.Path == b.Path && a.id.SameFile(b.id) })
}

// Close closes the roots.
func (rs *Roots) Close() {
	for _, r := range rs.Open {
		r.dir.Close()
	}
}

// OpenRoots opens the roots, as jobs of the pool, and waits for them. The error is ctx's. The Roots are
// there even then, with those that were opened by that time; the caller closes them.
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

// opening collects the results of the jobs that open the roots.
type opening struct {
	cfg *Config

	mu     sync.Mutex
	over   bool // OpenRoots has returned: what is opened now is closed at once
	opened []*Root
	lost   map[string]error
}

// openRoot is a job of the pool: it opens a root.
type openRoot struct {
	opening *opening
	root    Root
	err     error
}

// Key cannot be the real path, as it is for other jobs: the path may lead through links, so the real one
// is not known before the root is open.
func (j *openRoot) Key() string { return "root " + j.root.Path }

func (j *openRoot) Run() {
	r := &j.root
	if r.dir, j.err = r.names.OpenDir(r.Path); j.err == nil {
		r.real = r.dir.RealPath()
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
