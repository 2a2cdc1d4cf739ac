package observe

import (
	"errors"
	"os"
	"sync"
	"sync/atomic"

	"lockscope/lock/proc"
	"lockscope/scan/pool"
)

// table is the kernel's lock table, /proc/locks. It is read at most once, and only when it is needed:
// see tableLimit. It may be used concurrently.
type table struct {
	calls *calls
	slow  *atomic.Bool // a read took too long: it is not read again

	begun atomic.Bool
	once  sync.Once
	done  atomic.Bool
	took  atomic.Int64 // processor time, in nanoseconds
	lines tableLines
}

// tableLines are the lines that were read, by the files that they are of. The maps are nil where the
// table could not be read.
type tableLines struct {
	flocks map[proc.File]int32     // the PIDs of those who took them: there may be very many
	others map[proc.File]proc.Lock // locks of other kinds
	read   int                     // how many
	err    error                   // why it could not be read
}

// find returns the lines of the lock file with this inode number: one of a flock, and one of a lock
// of another kind. It finds none on a file system where the number does not say which file it is.
// That there is no line proves nothing: see the package comment.
func (t *table) find(fs filesystem, ino uint64) (flock, other proc.Lock) {
	if fs.shared {
		return proc.Lock{}, proc.Lock{}
	}
	t.load()
	key := proc.File{Dev: fs.dev, Ino: ino}
	if pid, ok := t.lines.flocks[key]; ok {
		flock = flockLine(key, pid)
	}
	return flock, t.lines.others[key]
}

// load reads the table, or waits for a goroutine that reads it.
func (t *table) load() {
	t.once.Do(func() {
		t.lines, _ = pool.Call(t.calls, subject{what: "locks"}, t.read)
		t.done.Store(true)
	})
}

// tryLoad reads the table if nobody began to, and reports whether it was read. Only its first caller
// waits for that.
func (t *table) tryLoad() bool {
	if t.begun.CompareAndSwap(false, true) {
		t.load()
	}
	return t.done.Load()
}

// each calls found with the line of every flock. It reports false where the table cannot be read.
func (t *table) each(found func(proc.Lock)) bool {
	t.load()
	for file, pid := range t.lines.flocks {
		found(flockLine(file, pid))
	}
	return t.lines.flocks != nil
}

func (t *table) read() (found tableLines) {
	if t.slow.Load() {
		return found
	}
	found = tableLines{flocks: map[proc.File]int32{}, others: map[proc.File]proc.Lock{}}
	took, err := proc.Host.Locks(tableLimit, func(l proc.Lock) {
		found.read++
		if l.Kind == proc.Flock {
			found.flocks[l.File()] = int32(l.PID)
		} else {
			found.others[l.File()] = l
		}
	})
	t.took.Store(int64(took))
	if err != nil {
		t.slow.Store(errors.Is(err, os.ErrDeadlineExceeded))
		return tableLines{read: found.read, err: err}
	}
	return found
}

func flockLine(file proc.File, pid int32) proc.Lock {
	return proc.Lock{Kind: proc.Flock, PID: int(pid), Dev: file.Dev, Ino: file.Ino}
}
