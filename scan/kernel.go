package scan

import (
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// tableLimit is how long one read of the kernel's lock table may take. While it
// prints, the kernel holds the lock that every flock(2) on the host needs.
const tableLimit = 50 * time.Millisecond

// table is the kernel's lock table, /proc/locks, read at most once, and only
// when a directory needs it. It may be used concurrently. A nil table is empty.
type table struct {
	slow *atomic.Bool // set where a read took too long; then it is not read again

	once  sync.Once
	lines map[fileKey]flockLine
}

// fileKey identifies a file.
type fileKey struct{ dev, ino uint64 }

// find returns the line of the lock file with this inode number, on a file
// system where that says which file it is.
func (t *table) find(fs filesystem, ino uint64) (flockLine, bool) {
	if t == nil || fs.shared {
		return flockLine{}, false
	}
	t.once.Do(t.read)
	line, ok := t.lines[fileKey{fs.dev, ino}]
	return line, ok
}

func (t *table) read() {
	if t.slow.Load() {
		return
	}
	start := time.Now()
	f, err := os.Open("/proc/locks")
	if err != nil {
		return
	}
	defer f.Close()
	lines, err := parseLocks(f)
	if err != nil {
		return
	}
	t.slow.Store(time.Since(start) > tableLimit)
	t.lines = make(map[fileKey]flockLine, len(lines))
	for _, l := range lines {
		t.lines[fileKey{l.Dev, l.Ino}] = l
	}
}

// swept is what a sweep of /proc found: every descriptor, of every process,
// through which a lock file's flock is held.
type swept struct {
	byIno  map[uint64][]descriptor
	byPath map[string][]descriptor // the deleted ones
	blind  bool                    // some could not be seen
}

// sweep looks at every descriptor of every process, once.
func sweep(ps *processes) (*swept, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, err
	}
	s := &swept{byIno: map[uint64][]descriptor{}, byPath: map[string][]descriptor{}}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		held, blind := ps.all(ps.find(pid))
		s.blind = s.blind || blind
		for _, f := range held {
			s.byIno[f.flock.Ino] = append(s.byIno[f.flock.Ino], f)
			if f.deleted {
				s.byPath[f.path] = append(s.byPath[f.path], f)
			}
		}
	}
	return s, nil
}

// of returns the descriptors that hold the lock of the directory looked at, or
// of a deleted lock file that it had.
func (s *swept) of(l *look) []descriptor {
	var found []descriptor
	for _, f := range s.byIno[l.ev.Lock.ID.Ino] {
		if l.isOurs(f) {
			found = append(found, f)
		}
	}
	if len(s.byPath) > 0 {
		for _, f := range s.byPath[l.lockPath()] {
			if l.wasOurs(f) {
				found = append(found, f)
			}
		}
	}
	slices.SortFunc(found, func(a, b descriptor) int { return a.pid - b.pid })
	return found
}
