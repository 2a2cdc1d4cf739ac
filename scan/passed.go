package scan

import (
	"lockscope/lock"
	"lockscope/scan/notify"
)

// passedPath is the path of a directory that a walk passed through. A data directory is watched with its
// path as a string.
type passedPath string

// passedDir is the watch of a directory that walks pass through.
type passedDir struct {
	watch *notify.Watch
	id    lock.FileID // its identity alone
	walk  int         // the last one that did
}

// watchPassed watches a directory that a walk passes through, unless it is watched. It reports whether it
// is watched then. What was watched by this path before may be another directory: one that was covered by
// a mount or moved with its parent makes no event of that.
func (e *events) watchPassed(d lock.Dir, path string, walk int) bool {
	key := passedPath(path)
	id, err := d.ID()
	if err != nil {
		return false
	}
	id = id.Identity()
	e.mu.Lock()
	p, known := e.passed[key]
	if known = known && p.id == id; known {
		p.walk = walk
		e.passed[key] = p
	}
	e.mu.Unlock()
	if known {
		return true
	}
	w, _ := e.arm(d, notify.Passed, key)
	if w == nil {
		return false
	}
	e.mu.Lock()
	before := e.passed[key]
	e.passed[key] = passedDir{w, id, walk}
	e.mu.Unlock()
	e.unwatch(before.watch)
	return true
}

// forgetPassed gives up the watch of a directory that was removed, or that has another path now.
func (e *events) forgetPassed(key passedPath) {
	e.mu.Lock()
	p := e.passed[key]
	delete(e.passed, key)
	e.mu.Unlock()
	e.unwatch(p.watch)
}

// keepPassed gives up the watches of the directories that a walk, which is over, did not pass through. So there
// may be room for others, and watches are asked for again where no more were allowed.
func (e *events) keepPassed(walk int) {
	if e == nil {
		return
	}
	for kind := range e.full {
		e.full[kind].Store(0)
	}
	e.mu.Lock()
	var gone []*notify.Watch
	for key, p := range e.passed {
		if p.walk != walk {
			gone = append(gone, p.watch)
			delete(e.passed, key)
		}
	}
	e.mu.Unlock()
	for _, w := range gone {
		e.unwatch(w)
	}
}
