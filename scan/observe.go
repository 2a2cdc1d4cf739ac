package scan

import (
	"slices"
	"time"

	"lockscope/lock"
	"lockscope/lock/proc"
	"lockscope/scan/report"
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
	probe  Probe
	mounts *mountTable
	who    *describer
	procs  *processes
	table  *table
	brief  bool // only the verdict is wanted
	lacks  report.Lacks
	swept  *swept // what a sweep of /proc found; nil where none was made
}

// observe gathers the evidence on one directory with this lock file. The pidfile is identified
// before and after the lock is established, and all is done again if it changed
// in between: the two halves were never true together. before is what was seen the last time, if anything. Without wait, a
// look that needs the kernel's table before that is read is put off: ok is false. Reading it takes some 10 ms, in
// which the workers can look at other directories.
func (o *observer) observe(d lock.Dir, file lock.LockFile, before *report.Evidence, wait bool) (ev report.Evidence, ok bool) {
	for range observeTries {
		l := look{observer: o, dir: d, before: before, wait: wait}
		l.ev.Lock, l.ev.Lacks = file, o.lacks
		l.gather()
		ev = l.ev
		switch {
		case l.putOff:
			return report.Evidence{}, false
		case ev.Err != nil:
			return ev, true
		case !ev.Lock.ID.SameFile(file.ID): // it was replaced before it was probed
		case ev.Lock.State == lock.LockHeld && ev.NamedHolds(), d.PidfileID() == ev.Pidfile.ID && l.tempsStand():
			return ev, true
		}
		file = d.LockFile()
	}
	ev.Changing = true
	return ev, true
}

// look is one look at one directory.
type look struct {
	*observer
	dir    lock.Dir
	before *report.Evidence // of the look before, if there was one
	wait   bool             // for the kernel's table
	putOff bool             // that is not read yet
	fs     filesystem
	ev     report.Evidence
	named  *process   // under the PID that the pidfile names; nil if it names none
	ino    uint64     // of the lock file, as lock lines have it
	where  proc.Place // of the directory: see place
	path   string     // of the lock file: see lockPath
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
		ev.Thread = l.named.id.PID != ev.Pidfile.PID && l.named.state != lock.ProcessGone
		if l.named.state != lock.ProcessGone {
			ev.Owner = l.describe(l.named)
		}
	}
	if ev.Lock.Err != nil {
		return
	}
	l.ino = ev.Lock.ID.Ino
	if l.fs.ownInodes && ev.Lock.State != lock.LockMissing {
		if ino, err := lockInode(l.dir, l.procs.names.Lock); err == nil {
			l.ino = ino
		}
	}
	ev.Swept = l.swept != nil
	l.establish()
	if ev.Lock.State == lock.LockUnknown {
		return
	}
	if p := ev.NamedHolder(); ev.Lock.State == lock.LockHeld && p != nil {
		if ev.Owner == nil || ev.Owner.PID != p.PID { // the PID here is another's
			ev.Process, ev.Owner, ev.Thread = lock.ProcessAlive, p, false
		}
		return
	}
	ev.Temps, _ = l.dir.Temps()
	if ev.Lock.State == lock.LockHeld {
		l.judgeHeld()
		return
	}
	if l.named != nil {
		l.judgeNamed()
		if ev.Process == lock.ProcessUnknown && l.named.isSilent() {
			ev.Err = report.ErrSilent
			return
		}
	}
	// An overlay's layer does not show the locks of the merged files, and a
	// process of another host is never seen: its being gone says nothing.
	var layer bool
	ev.Merged, ev.Unread, layer = l.mounts.layers.have(l.place, l.dir.RealPath)
	hidden := l.fs.remote && ev.Process.Exited() || layer
	if hidden && !slices.ContainsFunc(ev.Holders, func(h report.Holder) bool { return h.Deleted }) {
		ev.Err = report.ErrNotSeen
	}
}

// describe finds out who a process is. Where nobody is told, it does not matter who the
// one is that the pidfile names, by the PID it has here.
func (l *look) describe(p *process) *report.Process {
	if l.brief && p == l.named {
		return &report.Process{PID: p.id.PID, NSPID: p.id.PID, Ticks: p.id.Ticks}
	}
	return l.who.describe(p.id)
}

// tempsStand reports whether the temporaries beside a free lock are left over:
// still there, unchanged, while nobody holds the lock. One that was seen a
// moment ago may have been part of an acquire that is complete by now.
func (l *look) tempsStand() bool {
	if len(l.ev.Temps) == 0 || l.ev.Lock.State != lock.LockFree {
		return true
	}
	now := l.ev.Lock
	if l.ev.Source == report.SourceLease {
		now = l.dir.LeaseSeen(now)
	} else {
		now = l.dir.ProbeSeen(now)
	}
	if now.State != lock.LockFree {
		return false
	}
	temps, _ := l.dir.Temps()
	return slices.Equal(temps, l.ev.Temps)
}

// place is where the directory is. Not known, it is a place that nothing is below.
func (l *look) place() proc.Place {
	if l.where == (proc.Place{}) {
		l.where, _ = l.dir.Place(l.mounts.ours)
		if l.where == (proc.Place{}) {
			l.where.Path = "?"
		}
	}
	return l.where
}
