package scan

import (
	"os"
	"slices"
	"strconv"
	"time"

	"lockscope/lock"
)

const (
	// observeTries bounds how often one look is taken anew because the pidfile
	// changed under it.
	observeTries = 10
	// acquireTime is how old the temporary pidfile of an acquire in progress
	// can be: between writing and renaming it there is an fsync.
	acquireTime = 30 * time.Second
)

// observer gathers the evidence on directories. It lasts for one pass, and
// what it has asked the kernel about processes and locks it does not ask again.
// It may be used concurrently.
type observer struct {
	probe Probe
	fs    *filesystems
	who   *describer
	procs *processes
	table *table
	swept *swept // what a sweep of /proc found; nil where none was made
}

// observe gathers the evidence on one directory. The pidfile is identified
// before and after the lock is established, and all is done again if it changed
// in between: the two halves were never true together.
func (o *observer) observe(d lock.Dir) (ev Evidence) {
	for range observeTries {
		l := look{observer: o, dir: d}
		l.gather()
		ev = l.ev
		if ev.Err != nil || ev.Source == SourceFdinfo && ev.NamedHolds() ||
			d.PidfileID() == ev.Pidfile.ID && l.tempsStand() {
			return ev
		}
	}
	ev.Changing = true
	return ev
}

// look is one look at one directory.
type look struct {
	*observer
	dir   lock.Dir
	fs    filesystem
	ev    Evidence
	named *process // under the PID that the pidfile names; nil if it names none
	path  string   // what the kernel calls the directory; see kernelPath
}

func (l *look) gather() {
	ev := &l.ev
	if ev.Dir, ev.Err = l.dir.ID(); ev.Err != nil {
		return
	}
	l.fs = l.observer.fs.of(l.dir.FD(), ev.Dir.Dev)
	ev.Device, ev.FS = l.fs.dev, l.fs.fstype
	ev.Lock = l.dir.LockFile()
	ev.Pidfile = l.dir.Pidfile()
	if ev.Pidfile.State == lock.PidfileNamed {
		l.named = l.procs.find(ev.Pidfile.PID)
		ev.Process = l.named.state
		if l.named.state != lock.ProcessGone {
			ev.Owner = l.who.describe(l.named.id)
		}
	}
	if ev.Lock.Err != nil {
		return
	}
	l.establish()
	if ev.Lock.State == lock.LockUnknown || ev.Lock.State == lock.LockHeld && ev.NamedHolds() {
		return
	}
	ev.Temps, _ = l.dir.Temps()
	if ev.Lock.State == lock.LockHeld {
		ev.Acquiring = slices.ContainsFunc(ev.Temps, func(t lock.Temp) bool {
			return time.Since(time.Unix(0, t.ID.MTime)) < acquireTime
		})
		l.judgeTaker()
	} else if l.named != nil {
		ev.Process = l.judge(l.named)
	}
}

// establish asks whether the lock is held, in the order of what the answer
// costs the daemons, and stops at the first certain one: see the package comment.
func (l *look) establish() {
	ev := &l.ev
	if l.probe == ProbeFlock {
		l.probeLock()
	}
	if l.named != nil {
		l.askNamed()
	}
	if l.swept != nil {
		l.addHolders(l.swept.of(l))
	}
	if ev.Lock.State != lock.LockUnknown {
		return
	}
	if flock, ok := l.table.find(l.fs, ev.Lock.ID.Ino); ok {
		ev.Lock.State, ev.Source, ev.Locker = lock.LockHeld, SourceTable, flock.PID
	} else if l.probe == ProbeNever {
		ev.Lock.Err = ErrNotProbed
	} else {
		l.probeLock()
	}
}

func (l *look) probeLock() {
	l.ev.Lock = l.dir.ProbeLock()
	if l.ev.Lock.Err == nil {
		l.ev.Source = SourceProbe
	}
}

// askNamed looks whether the process that the pidfile names holds the lock:
// the answer that disturbs nobody, and the usual one. If it does not, it may
// hold a lock file of this directory that is deleted.
func (l *look) askNamed() {
	if l.ev.Lock.State != lock.LockFree && l.ev.Lock.State != lock.LockMissing {
		if f, ok := l.procs.holding(l.named, l.ev.Lock.ID.Ino, l.isOurs); ok {
			l.addHolders([]descriptor{f})
			return
		}
	}
	held, _ := l.procs.all(l.named)
	for _, f := range held {
		if l.wasOurs(f) {
			l.addHolders([]descriptor{f})
		}
	}
}

// isOurs reports whether a descriptor leads to the directory's lock file.
func (l *look) isOurs(f descriptor) bool {
	return f.flock.Dev == l.fs.dev && f.flock.Ino == l.ev.Lock.ID.Ino &&
		(!l.fs.shared || f.path == l.lockPath())
}

// wasOurs reports whether a descriptor leads to a lock file that the directory
// had once and that is deleted.
func (l *look) wasOurs(f descriptor) bool {
	return f.deleted && f.flock.Dev == l.fs.dev && f.path == l.lockPath() && !l.isOurs(f)
}

// addHolders adds the processes that hold the lock through these descriptors,
// if they still do: what is known of them may be as old as the pass.
func (l *look) addHolders(found []descriptor) {
	ev := &l.ev
	for _, f := range found {
		known := slices.ContainsFunc(ev.Holders, func(h Holder) bool { return h.PID == f.pid && h.FD == f.fd })
		if known || l.swept != nil && !f.stands() {
			continue
		}
		gone := !l.isOurs(f)
		ev.Holders = append(ev.Holders, Holder{
			Process:   l.who.describe(l.procs.find(f.pid).id),
			FD:        f.fd,
			Inherited: f.flock.PID != f.pid,
			Deleted:   gone,
		})
		if !gone {
			ev.Locker = f.flock.PID
			if ev.Lock.State == lock.LockUnknown {
				ev.Lock.State, ev.Source = lock.LockHeld, SourceFdinfo
			}
		}
	}
}

// judge establishes what became of a process that has a PID which the pidfile,
// or the kernel, names.
func (l *look) judge(p *process) lock.ProcessState {
	if p.state != lock.ProcessAlive {
		return p.state
	}
	return lock.JudgeNamed(p.state, p.id.Started(), time.Unix(0, l.ev.Pidfile.ID.MTime), p.uses(l.kernelPath()))
}

// judgeTaker establishes what became of the process that took the lock.
func (l *look) judgeTaker() {
	if l.ev.Locker > 0 {
		l.ev.Taker = l.judge(l.procs.find(l.ev.Locker))
	}
}

// tempsStand reports whether the temporaries beside a free lock are left over:
// still there, unchanged, while nobody holds the lock. One that was seen a
// moment ago may have been part of an acquire that is complete by now.
func (l *look) tempsStand() bool {
	if len(l.ev.Temps) == 0 || l.ev.Lock.State != lock.LockFree {
		return true
	}
	if now := l.dir.ProbeLock(); now.State != lock.LockFree {
		return false
	}
	temps, _ := l.dir.Temps()
	return slices.Equal(temps, l.ev.Temps)
}

// kernelPath is how the kernel names the directory in the links of /proc.
func (l *look) kernelPath() string {
	if l.path == "" {
		l.path = kernelPath(l.dir)
	}
	return l.path
}

func (l *look) lockPath() string { return l.kernelPath() + l.procs.lockName }

func kernelPath(d lock.Dir) string {
	path, err := os.Readlink("/proc/self/fd/" + strconv.Itoa(d.FD()))
	if err != nil {
		return d.Path()
	}
	return path
}
