package find

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"lockscope/lock"
	"lockscope/scan/pool"
	"lockscope/scan/report"
)

// visit is the job of looking into one directory.
type visit[T any] struct {
	walk   *Walk[T]
	root   *Root
	path   string
	parent *node // nil for a root
	name   string

	isData atomic.Bool // Run has found that it is a data directory

	// What Run found.
	err    error
	looked bool
	seen   T
	node   *node
	dirs   []string
}

func (v *visit[T]) Key() string { return v.root.RealPath(v.path) }

func (v *visit[T]) Run() {
	d, err := v.open()
	if err != nil {
		v.err = err
		return
	}
	if keep := v.look(d); !keep {
		d.Close()
	}
}

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

// look finds out what the directory is, and reports whether it stays open for
// its sub-directories.
func (v *visit[T]) look(d lock.Dir) (keep bool) {
	cfg := v.walk.cfg
	depth, dev := 0, uint64(0)
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
	if v.parent != nil {
		depth = v.parent.depth + 1
	}
	lockFile := d.LockFile()
	// Where nothing can be looked up the listing tells.
	forbidden := errors.Is(lockFile.Err, fs.ErrPermission)
	isData := lockFile.State != lock.LockMissing && !forbidden
	if isData {
		v.observe(d, lockFile)
		if !cfg.Descend {
			return false
		}
	}
	l, err := list(d.FD(), cfg.Names)
	if err != nil {
		v.err = &fs.PathError{Op: "readdir", Path: v.path, Err: err}
		return false
	}
	if (l.hasPidfile || l.hasLock && forbidden) && !isData {
		v.observe(d, lockFile)
		if !cfg.Descend {
			return false
		}
	}
	if cfg.MaxDepth >= 0 && depth >= cfg.MaxDepth {
		return false
	}
	v.dirs = v.wanted(l.dirs)
	// Who holds the locks of many has mostly taken them in this order, which is that of its descriptors.
	slices.Sort(v.dirs)
	if len(v.dirs) == 0 {
		return false
	}
	v.node = &node{path: v.path, dev: dev, depth: depth}
	v.node.refs.Store(int32(len(v.dirs)))
	return v.walk.keep(v.node, d)
}

// observe has the visitor look at a data directory.
func (v *visit[T]) observe(d lock.Dir, file lock.LockFile) {
	v.isData.Store(true)
	v.seen = v.walk.visitor.Look(v.root, v.path, d, file)
	v.looked = true
}

// isElsewhere reports whether a directory is not for this walk to enter:
// another file system, or another root, which is walked for itself, so that
// what two roots reach appears once.
func (v *visit[T]) isElsewhere(id lock.FileID) bool {
	return v.walk.cfg.OneFileSystem && id.Dev != v.parent.dev || v.walk.roots[id.Identity()]
}

// wanted leaves out what is excluded.
func (v *visit[T]) wanted(dirs []string) []string {
	cfg, skip := v.walk.cfg, v.walk.skip
	if len(cfg.Exclude)+len(skip) == 0 {
		return dirs
	}
	return slices.DeleteFunc(dirs, func(name string) bool {
		full := join(v.path, name)
		below := strings.TrimPrefix(strings.TrimPrefix(full, v.root.Path), "/")
		return cfg.isExcluded(name, below) || len(skip) > 0 && skip[v.root.RealPath(full)]
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

// IsGone reports whether an error says that there is no directory by that name
// any more: nothing, something else, or a link.
func IsGone(err error) bool {
	return errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ENOTDIR) || errors.Is(err, unix.ELOOP)
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
	if v.node != nil {
		v.walk.close(v.node)
	}
	v.walk.release(v.parent)
}
