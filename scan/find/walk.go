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
	// Only has globs on paths below a root, by the root's path: of such a root only what they match is
	// walked, as if each match were a root. A * is one name.
	Only map[string][]string
}

// Visitor is told what a walk finds. Its methods are called concurrently. T is what it sees in a data
// directory.
type Visitor[T any] interface {
	// Look looks at a data directory, and at its lock file, which was looked up just now. The walk closes
	// d when Look returns. Look may block, for ever at worst, so it keeps what it sees to itself.
	Look(root *Root, path string, d lock.Dir, file lock.LockFile) T
	// Passing is called for a directory whose sub-directories are visited next, before it is read. It may
	// block, as Look may.
	Passing(root *Root, path string, d lock.Dir)
	// Found makes known what Look returned, if it did so within the time limit. It does not block.
	Found(root *Root, path string, seen T)
	// Discard is called with what Look returned after the time limit. It does not block.
	Discard(seen T)
	// Lost is called for a directory that gave no answer within the time limit. isData says that it is
	// known to be a data directory. It does not block.
	Lost(root *Root, path string, isData bool)
	// Failed is called for a directory that could not be read. It does not block.
	Failed(report.PathError)
}

// Walk is one walk over the roots.
type Walk[T any] struct {
	cfg     *Config
	pool    *pool.Pool
	visitor Visitor[T]
	skip    map[string]bool      // mount points that are not entered, by their real paths
	roots   map[lock.FileID]bool // the identities of all roots
	most    int32                // how many directories may be kept open
	open    atomic.Int32         // how many are
	visited atomic.Int64         // directories looked into so far
	found   atomic.Int64         // data directories among them
}

// Start begins a walk over the roots, as jobs of the pool. It does not wait: the walk is over when the
// pool's Wait returns, and until then the roots must stay open. skip has the real paths of mount points
// that are not entered.
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
// directories. It may be called concurrently with the walk.
func (w *Walk[T]) Progress() (visited, found int) {
	return int(w.visited.Load()), int(w.found.Load())
}

// mayKeepOpen returns how many directories a walk may keep open.
func mayKeepOpen() int32 {
	var l unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &l) != nil {
		return maxOpen
	}
	return int32(min(maxOpen, l.Cur/openShare))
}

// node is a directory whose sub-directories wait to be visited.
type node struct {
	dir   lock.Dir // the zero Dir where it is not kept open
	path  string
	dev   uint64       // its st_dev, where that matters; else 0
	depth int          // below the root, or below what Only matches, whose depth is 0; noDepth above that
	refs  atomic.Int32 // sub-directories that are not visited yet
	plain atomic.Int32 // sub-directories that turned out to be no data directories; far below 0 once one did
}

// noDepth is for a directory above what Config.Only matches: the depth is counted from there.
const noDepth = -1

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
		w.closeNode(n)
	}
}

// closeNode closes the directory of a node, if it was kept open.
func (w *Walk[T]) closeNode(n *node) {
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

// join returns the path of name in dir. Both are clean already, which path.Join would make sure of for
// each directory of a walk again.
func join(dir, name string) string {
	if dir == "/" {
		return "/" + name
	}
	return dir + "/" + name
}
