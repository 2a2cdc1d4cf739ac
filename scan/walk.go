package scan

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"lockscope/lock"
	"lockscope/scan/pool"
	"lockscope/scan/report"
)

// walk finds the data directories below the roots. Directories are opened from their
// parent's descriptor and never through a link, so that a tenant who swaps one for a link
// leads nowhere.
type walk struct {
	cfg     *Config
	pool    *pool.Pool
	pseudo  map[string]bool  // mount points that are not entered, by their real paths
	roots   map[fileKey]bool // the directories that are roots
	examine func(root, path string, d lock.Dir, l lock.LockFile) func()
	failed  func(report.PathError)
	missed  func(root, path string, isData bool, err error)
	most    int32        // directories that may be kept open
	open    atomic.Int32 // that are
	visited atomic.Int64
	found   atomic.Int64
}

// node is a directory whose sub-directories wait to be visited.
type node struct {
	dir   lock.Dir // the zero Dir where it is not kept open
	path  string
	dev   uint64
	depth int
	refs  atomic.Int32
}

// keep makes a node of an open directory. It stays open for its sub-directories, unless
// a tree that is deep and wide has so many open by now that descriptors may run out.
func (w *walk) keep(n *node, d lock.Dir) (kept bool) {
	if w.open.Add(1) > w.most {
		w.open.Add(-1)
		return false
	}
	n.dir = d
	return true
}

// release counts one sub-directory of n as visited.
func (w *walk) release(n *node) {
	if n != nil && n.refs.Add(-1) == 0 {
		w.drop(n)
	}
}

func (w *walk) drop(n *node) {
	if n.dir != (lock.Dir{}) {
		n.dir.Close()
		w.open.Add(-1)
	}
}

// keepMost is how many directories a walk keeps open if it may: few trees need more.
const keepMost = 256

// mayKeep is how many directories a walk may keep open: a quarter of all
// descriptors, since the workers need some too.
func mayKeep() int32 {
	var l unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &l) != nil {
		return keepMost
	}
	return int32(min(keepMost, l.Cur/4))
}

// start queues the roots, which are open and stay their owner's to close.
func (w *walk) start(roots []*root) {
	w.roots = map[fileKey]bool{}
	w.most = mayKeep()
	for _, r := range roots {
		w.roots[fileKey{r.id.Dev, r.id.Ino}] = true
	}
	for _, r := range roots {
		w.pool.Add(&visit{walk: w, root: r, path: r.path})
	}
}

// visit is the job of looking into one directory.
type visit struct {
	*walk
	root   *root
	path   string
	parent *node // nil for a root
	name   string

	isData atomic.Bool // run has found that it is a data directory

	// What run found.
	err     error
	publish func()
	node    *node
	dirs    []string
}

func (v *visit) Key() string { return v.root.realPath(v.path) }

func (v *visit) Run() {
	d, err := v.open()
	if err != nil {
		v.err = err
		return
	}
	if keep := v.look(d); !keep {
		d.Close()
	}
}

func (v *visit) open() (lock.Dir, error) {
	switch {
	case v.parent == nil:
		return v.cfg.Names.OpenDir(v.path)
	case v.parent.dir == (lock.Dir{}):
		parent, err := v.root.openBelow(v.cfg.Names, v.parent.path)
		if err != nil {
			return lock.Dir{}, err
		}
		defer parent.Close()
		return v.cfg.Names.OpenDirAt(parent.FD(), v.name, v.path)
	}
	return v.cfg.Names.OpenDirAt(v.parent.dir.FD(), v.name, v.path)
}

// look finds out what the directory is, and reports whether it stays open for
// its sub-directories.
func (v *visit) look(d lock.Dir) (keep bool) {
	depth, dev := 0, uint64(0)
	if v.cfg.OneFileSystem || len(v.roots) > 1 {
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
		v.isData.Store(true)
		v.publish = v.examine(v.root.path, v.path, d, lockFile)
		if !v.cfg.Descend {
			return false
		}
	}
	l, err := list(d.FD(), v.cfg.Names)
	if err != nil {
		v.err = &fs.PathError{Op: "readdir", Path: v.path, Err: err}
		return false
	}
	if (l.hasPidfile || l.hasLock && forbidden) && !isData {
		v.isData.Store(true)
		v.publish = v.examine(v.root.path, v.path, d, lockFile)
		if !v.cfg.Descend {
			return false
		}
	}
	if v.cfg.MaxDepth >= 0 && depth >= v.cfg.MaxDepth {
		return false
	}
	v.dirs = v.wanted(l.dirs)
	slices.Sort(v.dirs) // who holds the locks of many, has as a rule taken them in this order, and its descriptors are in it
	if len(v.dirs) == 0 {
		return false
	}
	v.node = &node{path: v.path, dev: dev, depth: depth}
	v.node.refs.Store(int32(len(v.dirs)))
	return v.keep(v.node, d)
}

// isElsewhere reports whether a directory is not for this walk to enter:
// another file system, or another root, which is walked for itself, so that
// what two roots reach appears once.
func (v *visit) isElsewhere(id lock.FileID) bool {
	return v.cfg.OneFileSystem && id.Dev != v.parent.dev || v.roots[fileKey{id.Dev, id.Ino}]
}

// wanted leaves out what is excluded.
func (v *visit) wanted(dirs []string) []string {
	if len(v.cfg.Exclude)+len(v.pseudo) == 0 {
		return dirs
	}
	kept := dirs[:0]
	for _, name := range dirs {
		full := join(v.path, name)
		if !v.excluded(name, full) && (len(v.pseudo) == 0 || !v.pseudo[v.root.realPath(full)]) {
			kept = append(kept, name)
		}
	}
	return kept
}

func (v *visit) excluded(name, full string) bool {
	for _, glob := range v.cfg.Exclude {
		subject := name
		if strings.Contains(glob, "/") {
			subject = strings.TrimPrefix(strings.TrimPrefix(full, v.root.path), "/")
			glob = strings.TrimPrefix(glob, "/")
		}
		if ok, _ := path.Match(glob, subject); ok {
			return true
		}
	}
	return false
}

func (v *visit) Finish() {
	defer v.release(v.parent)
	v.visited.Add(1)
	if v.publish != nil {
		v.found.Add(1)
		v.publish()
	}
	if v.err != nil {
		v.report(v.err)
	}
	if v.node == nil {
		return
	}
	jobs := make([]pool.Job, len(v.dirs))
	for i, name := range v.dirs {
		// The queue is taken from its end, so this keeps the order.
		jobs[len(jobs)-1-i] = &visit{walk: v.walk, root: v.root, path: join(v.path, name), parent: v.node, name: name}
	}
	v.pool.Add(jobs...)
}

// report makes an error known, unless it only says that the directory is gone
// by now, or was no directory.
func (v *visit) report(err error) {
	if v.parent != nil && isGone(err) {
		return
	}
	v.failed(report.PathError{Path: v.path, Root: v.parent == nil, Err: err})
}

// isGone reports whether an error says that there is no directory by that name
// any more: nothing, something else, or a link.
func isGone(err error) bool {
	return errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ENOTDIR) || errors.Is(err, unix.ELOOP)
}

func (v *visit) GiveUp() {
	err := v.cfg.noAnswer()
	// The parent stays open until Discard: the call that hangs may be using it.
	isData := v.isData.Load()
	v.missed(v.root.path, v.path, isData, err)
	if !isData { // else its report says it
		v.failed(report.PathError{Path: v.path, Root: v.parent == nil, Err: err})
	}
}

func (v *visit) Discard() {
	if v.node != nil {
		v.drop(v.node)
	}
	v.release(v.parent)
}

func join(dir, name string) string {
	if dir == "/" {
		return "/" + name
	}
	return dir + "/" + name
}
