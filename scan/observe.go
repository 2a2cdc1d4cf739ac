package scan

import (
	"errors"
	"slices"
	"strings"
	"time"

	"lockscope/lock"
	"lockscope/lock/proc"
)

const (
	// observeTries bounds how often one look is taken anew because the pidfile
	// changed under it.
	observeTries = 10
	// acquireTime is how old the temporary pidfile of an acquire in progress
	// can be: between writing and renaming it there is an fsync.
	acquireTime = 30 * time.Second
	// clockSkew is how far ahead of ours the clock that gives files their times
	// may be. What is later was set by somebody.
	clockSkew = 2 * time.Second
)

// observer gathers the evidence on directories. It lasts for one pass, and
// what it has asked the kernel about processes and locks it does not ask again.
// It may be used concurrently.
type observer struct {
	probe  Probe
	mounts *mountTable
	who    *describer
	procs  *processes
	table  *table
	brief  bool   // only the verdict is wanted
	nested bool   // we are in a PID namespace below the first, and do not see everybody
	swept  *swept // what a sweep of /proc found; nil where none was made
}

// observe gathers the evidence on one directory with this lock file. The pidfile is identified
// before and after the lock is established, and all is done again if it changed
// in between: the two halves were never true together. Without wait, what needs the kernel's table
// before that is read has errTableNotRead.
func (o *observer) observe(d lock.Dir, file lock.LockFile, wait bool) (ev Evidence) {
	for range observeTries {
		l := look{observer: o, dir: d, wait: wait}
		l.ev.Lock = file
		l.gather()
		ev = l.ev
		switch {
		case ev.Err != nil:
			return ev
		case !ev.Lock.ID.SameFile(file.ID): // it was replaced before it was probed
		case ev.Lock.State == lock.LockHeld && ev.NamedHolds(), d.PidfileID() == ev.Pidfile.ID && l.tempsStand():
			return ev
		}
		file = d.LockFile()
	}
	ev.Changing = true
	return ev
}

// errTableNotRead puts a look off until the kernel's table is read: it takes some 10 ms, in
// which the workers can look at other directories.
var errTableNotRead = errors.New("the kernel's lock table is not read yet")

// look is one look at one directory.
type look struct {
	*observer
	dir   lock.Dir
	wait  bool // for the kernel's table
	fs    filesystem
	ev    Evidence
	named *process   // under the PID that the pidfile names; nil if it names none
	ino   uint64     // of the lock file, as lock lines have it
	where lock.Place // of the directory: see place
}

func (l *look) gather() {
	ev := &l.ev
	if ev.Dir, ev.Err = l.dir.ID(); ev.Err != nil {
		return
	}
	l.fs = l.mounts.filesystem(l.dir.FD(), ev.Dir.Dev)
	ev.Device, ev.FS = l.fs.dev, l.fs.fstype
	ev.Pidfile = l.dir.Pidfile()
	if ev.Pidfile.State == lock.PidfileNamed {
		l.named = l.procs.find(ev.Pidfile.PID)
		ev.Process = l.named.state
		if l.named.state != lock.ProcessGone {
			ev.Owner = l.describe(l.named)
		}
	}
	if ev.Lock.Err != nil {
		return
	}
	l.ino = ev.Lock.ID.Ino
	if l.fs.ownInodes && ev.Lock.State != lock.LockMissing {
		if ino, err := lockInode(l.dir, l.procs.lockName[1:]); err == nil {
			l.ino = ino
		}
	}
	ev.Swept = l.swept != nil
	l.establish()
	if ev.Lock.State == lock.LockUnknown {
		return
	}
	if p := ev.namedHolder(); ev.Lock.State == lock.LockHeld && p != nil {
		if ev.Owner == nil || ev.Owner.PID != p.PID { // the PID here is another's
			ev.Process, ev.Owner = lock.ProcessAlive, p
		}
		return
	}
	ev.Temps, _ = l.dir.Temps()
	if ev.Lock.State == lock.LockHeld {
		ev.Acquiring = slices.ContainsFunc(ev.Temps, func(t lock.Temp) bool {
			age := time.Since(time.Unix(0, t.ID.MTime))
			return age < acquireTime && age > -clockSkew
		})
		l.judgeTaker()
		if l.named != nil && l.judge(l.named) == lock.ProcessReused {
			ev.Process = lock.ProcessReused
		}
		l.judgeUnseen()
		return
	}
	if l.named != nil {
		l.judgeNamed()
	}
	// An overlay's layer does not show the locks of the merged files, and a
	// process of another host is never seen: its being gone says nothing.
	hidden := l.fs.remote && ev.Process.Exited() || l.mounts.layers.have(l.place)
	if hidden && !slices.ContainsFunc(ev.Holders, func(h Holder) bool { return h.Deleted }) {
		ev.Err = ErrNotSeen
	}
}

// establish asks whether the lock is held, in the order of what the answer
// costs the daemons, and stops at the first certain one: see the package comment.
func (l *look) establish() {
	ev := &l.ev
	if l.probe == ProbeFlock && ev.Lock.State != lock.LockMissing {
		l.probeLock()
	}
	if l.named != nil {
		l.askNamed()
	}
	if l.swept != nil {
		l.addHolders(l.swept.of(l))
	}
	if ev.Lock.State != lock.LockUnknown || l.probe == ProbeFlock {
		return
	}
	if !l.wait && !l.fs.shared && !l.table.ready() {
		ev.Err = errTableNotRead
		return
	}
	if flock, ok := l.table.find(l.fs, l.ino); ok {
		ev.Lock.State, ev.Source, ev.Locker = lock.LockHeld, SourceTable, flock.PID
	} else if l.probe == ProbeNever {
		ev.Lock.Err = ErrNotProbed
		ev.TableKnows = l.table.knows(l.fs)
	} else {
		l.probeLock()
	}
}

func (l *look) probeLock() {
	l.ev.Lock = l.dir.ProbeSeen(l.ev.Lock)
	if l.ev.Lock.Err == nil {
		l.ev.Source = SourceProbe
	}
}

// askNamed looks whether the process that the pidfile names holds the lock:
// the answer that disturbs nobody, and the usual one. If it does not, it may
// hold a lock file of this directory that is deleted.
func (l *look) askNamed() {
	if l.ev.Lock.State != lock.LockFree && l.ev.Lock.State != lock.LockMissing {
		if d, ok := l.named.holding(l.ino, l.isOurs); ok {
			l.addHolders([]descriptor{d})
			return
		}
	}
	for _, d := range l.named.deleted(func(proc.Lock) bool { return false }) {
		if l.wasOurs(&d) {
			l.addHolders([]descriptor{d})
		}
	}
}

// isOurs reports whether a descriptor leads to the directory's lock file.
func (l *look) isOurs(d *descriptor) bool {
	return d.flock.Dev == l.fs.dev && d.flock.Ino == l.ino && l.ino != 0 &&
		(!l.fs.shared || l.isLockFile(d))
}

// wasOurs reports whether a descriptor leads to a lock file that the directory
// had once and that is deleted.
func (l *look) wasOurs(d *descriptor) bool {
	return d.deleted && l.isLockFile(d) && !l.isOurs(d)
}

// addHolders adds the processes that hold the lock through these descriptors,
// if they still do: what is known of them may be as old as the pass.
func (l *look) addHolders(found []descriptor) {
	ev := &l.ev
	for i := range found {
		d := &found[i]
		pid, fd := d.of.id.PID, int(d.fd)
		known := slices.ContainsFunc(ev.Holders, func(h Holder) bool { return h.PID == pid && h.FD == fd })
		if known || l.swept != nil && !d.stands() {
			continue
		}
		gone := !l.isOurs(d)
		ev.Holders = append(ev.Holders, Holder{
			Process:   l.describe(d.of),
			FD:        fd,
			Inherited: d.flock.PID != pid,
			Deleted:   gone,
		})
		if !gone {
			ev.Locker = d.flock.PID
			if ev.Lock.State == lock.LockUnknown {
				ev.Lock.State, ev.Source = lock.LockHeld, SourceFdinfo
			}
		}
	}
}

// describe finds out who a process is. Where nobody is told, it does not matter who the
// one is that the pidfile names, by the PID it has here.
func (l *look) describe(p *process) *Process {
	if l.brief && p == l.named {
		return &Process{PID: p.id.PID, NSPID: p.id.PID, Ticks: p.id.Ticks}
	}
	return l.who.describe(p.id)
}

// judge establishes what became of a process that has a PID which the pidfile,
// or the kernel, names.
func (l *look) judge(p *process) lock.ProcessState {
	if p.state != lock.ProcessAlive {
		return p.state
	}
	return lock.JudgeNamed(p.state, p.id.Started(), time.Unix(0, l.ev.Pidfile.ID.MTime), l.procs.uses(p, l.place()))
}

// judgeNamed establishes what became of the process that the pidfile of a lock
// nobody holds names: the one of that PID here, or one that has it in a
// namespace below ours and uses the directory.
func (l *look) judgeNamed() {
	ev := &l.ev
	ev.Process = l.judge(l.named)
	if ev.Process == lock.ProcessAlive {
		return
	}
	nested, err := l.procs.nested(ev.Pidfile.PID)
	if err != nil {
		ev.Process = lock.ProcessUnknown
	}
	for _, p := range nested {
		switch l.procs.uses(p, l.place()) {
		case lock.UseSome:
			ev.Process, ev.Owner = lock.ProcessAlive, l.who.describe(p.id)
			return
		case lock.UseUnknown:
			ev.Process = lock.ProcessUnknown
		}
	}
}

// judgeUnseen takes back what is concluded from a PID that is nobody's, where
// the holder of the lock was not found and may be outside of what can be seen.
func (l *look) judgeUnseen() {
	ev := &l.ev
	if len(ev.Holders) == 0 && (l.nested || l.fs.remote) {
		ev.Process, ev.Owner = lock.ProcessUnknown, nil
	}
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

// place is where the directory is. Not known, it is a place that nothing is below.
func (l *look) place() lock.Place {
	if l.where == (lock.Place{}) {
		l.where, _ = l.dir.Place(l.mounts.ours)
		if l.where == (lock.Place{}) {
			l.where.Path = "?"
		}
	}
	return l.where
}

// isLockFile reports whether a descriptor was opened under the lock file's name.
func (l *look) isLockFile(d *descriptor) bool {
	where, ok := l.procs.place(d)
	dir := l.place()
	return ok && where.Dev == dir.Dev && where.Path == strings.TrimSuffix(dir.Path, "/")+l.procs.lockName
}
