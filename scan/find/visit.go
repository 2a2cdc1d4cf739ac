package find

import (
	"errors"
	"io/fs"
	"math"
	"slices"
	"strings"
	"sync/atomic"

	"lockscope/lock"
	"lockscope/scan/pool"
	"lockscope/scan/report"
)

// visit is a job of the pool: it looks into one directory, and adds visits of its sub-directories.
type visit[T any] struct {
	walk   *Walk[T]
	root   *Root
	path   string
	parent *node // nil for a root
	name   string

	isData atomic.Bool // Run has found that it is a data directory; read by GiveUp while Run goes on

	// What Run found.
	err    error
	looked bool     // the visitor has looked at it
	seen   T        // what it returned then
	node   *node    // nil where no sub-directory is to be visited
	dirs   []string // the names of those that are
}

func (v *visit[T]) Key() string { return v.root.RealPath(v.path) }

func (v *visit[T]) Run() {
	d, err := v.open()
	if err != nil {
		v.err = err
		return
	}
	if keep := v.examine(d); !keep {
		d.Close()
	}
}

// open opens the directory from its parent, whose path it goes down again where that is not kept open.
func (v *visit[T]) open() (lock.Dir, error) {
	names := v.walk.cfg.Names
	switch {
	case v.parent == nil:
		return names.OpenDir(v.path)
	case v.parent.dir == (lock.Dir{}):
		parent, err := v.root.Open(v.parent.path)
		if err != nil {
			return lock.Dir{}, err
		}
		defer parent.Close()
		return names.OpenDirAt(parent.FD(), v.name, v.path)
	}
	return names.OpenDirAt(v.parent.dir.FD(), v.name, v.path)
}

// examine finds out what the directory is, has the visitor look at a data directory, and lists the
// sub-directories that are to be visited. keep is whether the directory stays open for these.
func (v *visit[T]) examine(d lock.Dir) (keep bool) {
	cfg := v.walk.cfg
	depth, dev := v.depth(), uint64(0)
	if cfg.OneFileSystem || len(v.walk.roots) > 1 {
		id, err := d.ID()
		if err != nil {
			v.err = err
			return false
		}
		dev = id.Dev
		if v.parent != nil && v.isElsewhere(id) {
			return false
		}
	}
	var l listing
	if depth == noDepth {
		if !v.list(d, &l) {
			return false
		}
	} else {
		var goesOn bool
		if l, goesOn = v.look(d); !goesOn {
			return false
		}
	}
	if cfg.MaxDepth >= 0 && depth >= cfg.MaxDepth {
		return false
	}
	v.dirs = v.toVisit(l.dirs, depth)
	// A process that holds many locks has mostly taken them in the order of the names, so its
	// descriptors have that order too. In that order each look reads the next few descriptors only.
	slices.Sort(v.dirs)
	if len(v.dirs) == 0 {
		return false
	}
	v.node = &node{path: v.path, dev: dev, depth: depth}
	v.node.refs.Store(int32(len(v.dirs)))
	return v.walk.keep(v.node, d)
}

// depth is how deep the directory is: see node.
func (v *visit[T]) depth() int {
	if v.parent != nil && v.parent.depth != noDepth {
		return v.parent.depth + 1
	}
	if v.walk.cfg.placeOf(v.root.Path, v.below(v.path)) == above {
		return noDepth
	}
	return 0
}

// below returns a path below the root as one that is relative to it.
func (v *visit[T]) below(path string) string {
	return strings.TrimPrefix(strings.TrimPrefix(path, v.root.Path), "/")
}

// look has the visitor look at the directory if it is a data directory, and lists it. goesOn is false where
// its sub-directories are not to be visited.
//
// Where the siblings so far were no data directories, it lists first. To look for a lock file takes one call
// more, which costs as much as to list a short directory.
func (v *visit[T]) look(d lock.Dir) (l listing, goesOn bool) {
	listed := v.parent != nil && v.parent.plain.Load() >= plainSiblings
	if listed && !v.list(d, &l) {
		listed, v.err = false, nil // it may have a lock file all the same
	}
	if listed && !l.hasLock && !l.hasPidfile {
		return l, true
	}
	lockFile := d.LockFile()
	// Where the name cannot be looked up, only the listing shows whether there is a lock file.
	unseen := lockFile.Err != nil && !errors.Is(lockFile.Err, lock.ErrNotRegular)
	isData := lockFile.State != lock.LockMissing && !unseen
	if isData {
		v.observe(d, lockFile)
		if !v.walk.cfg.Descend {
			return l, false
		}
	}
	if !listed && !v.list(d, &l) {
		return l, false
	}
	if (l.hasPidfile || l.hasLock && unseen) && !isData {
		isData = true
		v.observe(d, lockFile)
		if !v.walk.cfg.Descend {
			return l, false
		}
	}
	if unseen && !isData && !errors.Is(lockFile.Err, fs.ErrPermission) { // without permission, that of its entries is told
		v.err = lockFile.Err
	}
	if v.parent != nil && !isData {
		v.parent.plain.Add(1)
	}
	return l, true
}

// list lists the directory, of which the visitor is told first: what comes later makes an event.
func (v *visit[T]) list(d lock.Dir, l *listing) (ok bool) {
	v.walk.visitor.Passing(v.root, v.path, d)
	var err error
	if *l, err = list(d.FD(), v.walk.cfg.Names); err != nil {
		v.err = &fs.PathError{Op: "readdir", Path: v.path, Err: err}
	}
	return err == nil
}

// observe has the visitor look at a data directory.
func (v *visit[T]) observe(d lock.Dir, file lock.LockFile) {
	v.isData.Store(true)
	if v.parent != nil {
		v.parent.plain.Store(math.MinInt32)
	}
	v.seen = v.walk.visitor.Look(v.root, v.path, d, file)
	v.looked = true
}

// isElsewhere reports whether a directory is not to be entered from here: it is on another file system,
// or is a root, which has a visit of its own. So what two roots reach appears once.
func (v *visit[T]) isElsewhere(id lock.FileID) bool {
	return v.walk.cfg.OneFileSystem && v.parent.depth != noDepth && id.Dev != v.parent.dev || v.walk.roots[id.Identity()]
}

// toVisit returns those of the sub-directories, of a directory at a depth, that are to be visited.
func (v *visit[T]) toVisit(dirs []string, depth int) []string {
	cfg, skip := v.walk.cfg, v.walk.skip
	if len(cfg.Exclude)+len(skip) == 0 && depth != noDepth {
		return dirs
	}
	return slices.DeleteFunc(dirs, func(name string) bool {
		full := join(v.path, name)
		below := v.below(full)
		return depth == noDepth && cfg.placeOf(v.root.Path, below) == outside ||
			cfg.isExcluded(name, below) || len(skip) > 0 && skip[v.root.RealPath(full)]
	})
}

func (v *visit[T]) Finish() {
	w := v.walk
	defer w.release(v.parent)
	w.visited.Add(1)
	if v.looked {
		w.found.Add(1)
		w.visitor.Found(v.root, v.path, v.seen)
	}
	if v.err != nil && (v.parent == nil || !IsGone(v.err)) {
		w.visitor.Failed(report.PathError{Path: v.path, Root: v.parent == nil, Err: v.err})
	}
	if v.node == nil {
		return
	}
	jobs := make([]pool.Job, len(v.dirs))
	for i, name := range v.dirs {
		// The queue is taken from its end, so this keeps the order.
		jobs[len(jobs)-1-i] = &visit[T]{walk: w, root: v.root, path: join(v.path, name), parent: v.node, name: name}
	}
	w.pool.Add(jobs...)
}

func (v *visit[T]) GiveUp() {
	// The parent stays open until Discard: the call that hangs may be using it.
	isData := v.isData.Load()
	v.walk.visitor.Lost(v.root, v.path, isData)
	if !isData { // else its report says it
		v.walk.visitor.Failed(report.PathError{Path: v.path, Root: v.parent == nil, Err: report.NoAnswer(v.walk.cfg.Timeout)})
	}
}

func (v *visit[T]) Discard() {
	if v.looked {
		v.walk.visitor.Discard(v.seen)
	}
	if v.node != nil {
		v.walk.closeNode(v.node)
	}
	v.walk.release(v.parent)
}
