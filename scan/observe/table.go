package observe

import (
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
	calls *calls
	slow  *atomic.Bool // set where a read took too long; then it is not read again

	begun atomic.Bool
	once  sync.Once
	done  atomic.Bool
	lines tableLines
}

// tableLines are those that were read, by the files that they are of. They are nil where the table cannot be had.
type tableLines struct {
	flocks map[proc.File]proc.Lock
	others map[proc.File]proc.Lock // locks of other kinds
}

// find returns the lines of the lock file with this inode number, on a file
// system where that says which file it is: of a flock, and of a lock of another kind. That there is none proves nothing:
// the kernel prints the table piece by piece, and leaves a line out when an earlier lock goes meanwhile.
func (t *table) find(fs filesystem, ino uint64) (flock, other proc.Lock) {
	if fs.shared {
		return proc.Lock{}, proc.Lock{}
	}
	t.load()
	key := proc.File{Dev: fs.dev, Ino: ino}
	return t.lines.flocks[key], t.lines.others[key]
}

// load reads the table unless that was done.
func (t *table) load() {
	t.once.Do(func() {
		t.lines, _ = pool.Call(t.calls, subject{what: "locks"}, t.read)
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
	found = tableLines{flocks: make(map[proc.File]proc.Lock, len(lines)), others: map[proc.File]proc.Lock{}}
	for _, l := range lines {
		if l.Kind == proc.Flock {
			found.flocks[l.File()] = l
		} else {
			found.others[l.File()] = l
		}
	}
	return found
}
