package observe

import (
	"context"
	"slices"
)

// Search is what a search of all processes found: every descriptor through which a flock is held.
// It may be used in later sessions too: each descriptor is read again before it counts. It never
// changes.
type Search struct {
	byIno           map[uint64][]descriptor
	formerLockFiles []descriptor // on files that may have been a directory's lock file before
	openers         []opener
}

// Search looks at every descriptor of every process, once, or until ctx ends. Descriptors on known
// lock files are not looked at further.
func (s *Session) Search(ctx context.Context, known *Known, roots []string) *Search {
	known = s.covering(known, roots)
	found := &Search{byIno: map[uint64][]descriptor{}}
	for _, pid := range s.procs.pids() {
		if ctx.Err() != nil {
			break
		}
		p := s.procs.find(pid)
		for _, d := range p.all() {
			found.byIno[d.flock.Ino] = append(found.byIno[d.flock.Ino], d)
		}
		// After all, which leaves few links to read.
		found.formerLockFiles = append(found.formerLockFiles, p.formerLockFiles(known.explains, func(*descriptor) bool { return true })...)
		found.openers = append(found.openers, p.openers()...)
	}
	return found
}

// of returns the descriptors that hold the lock of the directory that is looked at, or of a former
// lock file of it, in order of PID.
func (s *Search) of(ob *observation) []descriptor {
	var found []descriptor
	for _, d := range s.byIno[ob.ino] {
		if ob.isOurs(&d) {
			found = append(found, d)
		}
	}
	for _, d := range s.formerLockFiles {
		if ob.mayHaveBeenOurs(&d) && ob.wasOurs(&d) {
			found = append(found, d)
		}
	}
	slices.SortFunc(found, func(a, b descriptor) int { return a.of.id.PID - b.of.id.PID })
	return found
}
