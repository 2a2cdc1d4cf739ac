package find

import (
	"path"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"lockscope/lock"
	"lockscope/scan/pool"
	"lockscope/scan/report"
)

// Config says what to look into.
type Config struct {
	Names         lock.Names
	Timeout       time.Duration // for one directory
	MaxDepth      int           // of what is looked into, the roots being at depth 0; negative = no limit
	OneFileSystem bool
	Exclude       []string // globs: on a name, or with a slash on the path below the root; what matches is pruned
	Descend       bool     // look for data directories inside data directories
}

// Visitor is told what a walk comes by. Its methods are called concurrently.
type Visitor[T any] interface {
	// Look looks at a data directory, which is open as d for as long. It may block.
	Look(root *Root, path string, d lock.Dir, file lock.LockFile) T
	// Found is handed what Look returned, if it did so in time. It does not block.
	Found(root *Root, path string, seen T)
	// Lost is told of a directory that gave no answer in time. isData says that it is known to be
	// a data directory. It does not block.
	Lost(root *Root, path string, isData bool)
	// Failed is told of a directory that could not be read. It does not block.
	Failed(report.PathError)
}

// Walk is one walk over the roots.
type Walk[T any] struct {
	cfg     *Config
	pool    *pool.Pool
	visitor Visitor[T]
	skip    map[string]bool // mount points that are not entered, by their real paths
	roots   map[lock.FileID]bool
	most    int32        // directories that may be kept open
	open    atomic.Int32 // that are
	visited atomic.Int64
	found   atomic.Int64
}

// Start begins a walk over the roots, as jobs of the pool: it is over when these are done. skip are mount
// points, by their real paths, that are not entered. The roots must stay open for as long.
func Start[T any](cfg *Config, jobs *pool.Pool, roots *Roots, skip map[string]bool, visitor Visitor[T]) *Walk[T] {
	w := &Walk[T]{cfg: cfg, pool: jobs, visitor: visitor, skip: skip, roots: map[lock.FileID]bool{}, most: mayKeepOpen()}
	for _, r := range roots.Open {
		w.roots[r.id.Identity()] = true
	}
	for _, r := range roots.Open {
		jobs.Add(&visit[T]{walk: w, root: r, path: r.Path})
	}
	return w
}

// Progress returns how many directories were looked into so far, and how many of them are data
// directories. It may be called while the walk goes on.
func (w *Walk[T]) Progress() (visited, found int) {
	return int(w.visited.Load()), int(w.found.Load())
}

// mayKeepOpen is how many directories a walk may keep open.
func mayKeepOpen() int32 {
	var l unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &l) != nil {
		return mostOpen
	}
	return int32(min(mostOpen, l.Cur/shareOpen))
}

// node is a directory whose sub-directories wait to be visited.
type node struct {
	dir   lock.Dir // the zero Dir where it is not kept open
	path  string
	dev   uint64
	depth int
	refs  atomic.Int32
}

// keep keeps the directory of a node open for its sub-directories, unless a tree that is deep and wide
// has so many open by now that descriptors may run out.
func (w *Walk[T]) keep(n *node, d lock.Dir) (kept bool) {
	if w.open.Add(1) > w.most {
		w.open.Add(-1)
		return false
	}
	n.dir = d
	return true
}

// release counts one sub-directory of n as visited.
func (w *Walk[T]) release(n *node) {
	if n != nil && n.refs.Add(-1) == 0 {
		w.close(n)
	}
}

func (w *Walk[T]) close(n *node) {
	if n.dir != (lock.Dir{}) {
		n.dir.Close()
		w.open.Add(-1)
	}
}

// isExcluded reports whether a glob matches a directory of this name, which is at a path below the root.
func (c *Config) isExcluded(name, below string) bool {
	for _, glob := range c.Exclude {
		subject := name
		if strings.Contains(glob, "/") {
			subject, glob = below, strings.TrimPrefix(glob, "/")
		}
		if ok, _ := path.Match(glob, subject); ok {
			return true
		}
	}
	return false
}

func join(dir, name string) string {
	if dir == "/" {
		return "/" + name
	}
	return dir + "/" + name
}
