package observe

import (
	"context"
	"slices"
)

// Search is what a search of all processes found: every descriptor through which a flock is held. It
// serves later sessions too, in which what it found is confirmed.
type Search struct {
	byIno   map[uint64][]descriptor
	former  []descriptor // those of lock files that may have been a directory's
	openers []opener
}

// Search looks at every descriptor of every process, once, or until ctx ends. Descriptors on lock files
// that are known are not looked at further.
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
		found.former = append(found.former, p.former(known.explains, func(*descriptor) bool { return true })...) // after all, which leaves few links to read
		found.openers = append(found.openers, p.openers()...)
	}
	return found
}

// of returns the descriptors that hold the lock of the directory looked at, or
// of a deleted lock file that it had.
func (s *Search) of(q *inquiry) []descriptor {
	var found []descriptor
	for _, d := range s.byIno[q.ino] {
		if q.isOurs(&d) {
			found = append(found, d)
		}
	}
	for _, d := range s.former {
		if q.mayHaveBeenOurs(&d) && q.wasOurs(&d) {
			found = append(found, d)
		}
	}
	slices.SortFunc(found, func(a, b descriptor) int { return a.of.id.PID - b.of.id.PID })
	return found
}
