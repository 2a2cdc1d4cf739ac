package scan

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"lockscope/lock/proc"
	"lockscope/scan/pool"
)

// tableLimit is how long one read of the kernel's lock table may take. While it
// prints, the kernel holds the lock that every flock(2) on the host needs.
const tableLimit = 50 * time.Millisecond

// table is the kernel's lock table, /proc/locks, read at most once, and only
// when somebody needs it. It may be used concurrently.
type table struct {
	asking *asking
	slow   *atomic.Bool // set where a read took too long; then it is not read again

	begun atomic.Bool
	once  sync.Once
	done  atomic.Bool
	lines tableLines
}

// tableLines are those that were read, by the files that they are of. They are nil where the table cannot be had.
type tableLines struct {
	flocks map[fileKey]proc.Lock
	others map[fileKey]proc.Lock // locks of other kinds
}

// fileKey identifies a file.
type fileKey struct{ dev, ino uint64 }

// find returns the lines of the lock file with this inode number, on a file
// system where that says which file it is: of a flock, and of a lock of another kind. That there is none proves nothing:
// the kernel prints the table piece by piece, and leaves a line out when an earlier lock goes meanwhile.
func (t *table) find(fs filesystem, ino uint64) (flock, other proc.Lock) {
	if fs.shared {
		return proc.Lock{}, proc.Lock{}
	}
	t.load()
	key := fileKey{fs.dev, ino}
	return t.lines.flocks[key], t.lines.others[key]
}

// load reads the table unless that was done.
func (t *table) load() {
	t.once.Do(func() {
		t.lines, _ = pool.Call(t.asking, subject{what: "locks"}, t.read)
		t.done.Store(true)
	})
}

// ready reports whether the table is read. The first who asks reads it, and nobody else
// has to wait for that.
func (t *table) ready() bool {
	if t.begun.CompareAndSwap(false, true) {
		t.load()
	}
	return t.loaded()
}

// loaded reports whether that was done.
func (t *table) loaded() bool { return t.done.Load() }

// each calls found with every line. It reports false where the table cannot be had.
func (t *table) each(found func(proc.Lock)) bool {
	t.load()
	for _, line := range t.lines.flocks {
		found(line)
	}
	return t.lines.flocks != nil
}

func (t *table) read() (found tableLines) {
	if t.slow.Load() {
		return found
	}
	until := time.Now().Add(tableLimit)
	lines, err := proc.Host.Locks(until)
	if time.Now().After(until) {
		t.slow.Store(true)
	}
	if err != nil {
		return found
	}
	found = tableLines{flocks: make(map[fileKey]proc.Lock, len(lines)), others: map[fileKey]proc.Lock{}}
	for _, l := range lines {
		if l.Kind == proc.Flock {
			found.flocks[fileKey{l.Dev, l.Ino}] = l
		} else {
			found.others[fileKey{l.Dev, l.Ino}] = l
		}
	}
	return found
}

// swept is what a sweep of /proc found: every descriptor, of every process,
// through which a flock is held.
type swept struct {
	byIno   map[uint64][]descriptor
	former  []descriptor // those of lock files that may have been a directory's
	openers []opener
}

// sweep looks at every descriptor of every process, once, or until ctx ends.
func sweep(ctx context.Context, ps *processes, known func(proc.Lock) bool) *swept {
	s := &swept{byIno: map[uint64][]descriptor{}}
	for _, pid := range ps.pids() {
		if ctx.Err() != nil {
			break
		}
		p := ps.find(pid)
		for _, d := range p.all() {
			s.byIno[d.flock.Ino] = append(s.byIno[d.flock.Ino], d)
		}
		s.former = append(s.former, p.former(known, func(*descriptor) bool { return true })...) // after all, which leaves few links to read
		s.openers = append(s.openers, p.openers()...)
	}
	return s
}

// of returns the descriptors that hold the lock of the directory looked at, or
// of a deleted lock file that it had.
func (s *swept) of(l *look) []descriptor {
	var found []descriptor
	for _, d := range s.byIno[l.ino] {
		if l.isOurs(&d) {
			found = append(found, d)
		}
	}
	for _, d := range s.former {
		if l.mayHaveBeenOurs(&d) && l.wasOurs(&d) {
			found = append(found, d)
		}
	}
	slices.SortFunc(found, func(a, b descriptor) int { return a.of.id.PID - b.of.id.PID })
	return found
}
