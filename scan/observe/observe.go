package observe

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

// How says how to look at a directory.
type How struct {
	Before *report.Evidence // what was seen the last time; nil if nothing was
	Search *Search          // what a search of all processes found; nil if none was made
	Wait   bool             // for the kernel's lock table, where it is needed: reading it takes some 10 ms
}

// Look is what one look at a directory found.
type Look struct {
	Evidence report.Evidence
	At       time.Time
	PutOff   bool // the evidence is not whole: it takes the kernel's lock table, which is not read yet
}

// Observe looks at the directory that d is open on, in which file was found as its lock file.
func (s *Session) Observe(d lock.Dir, file lock.LockFile, how How) (found Look) {
	// The pidfile is identified before and after the lock is established, and all is done again if it
	// changed in between: the two halves were never true together.
	for range observeTries {
		q := inquiry{s: s, dir: d, how: how}
		q.ev.Lock, q.ev.Lacks = file, s.lacks
		q.gather()
		found = Look{Evidence: q.ev, At: time.Now(), PutOff: q.putOff}
		if q.putOff || q.isWhole(file) {
			return found
		}
		file = d.LockFile()
	}
	found.Evidence.Changing = true
	return found
}

// isWhole reports whether all that was found was true together.
func (q *inquiry) isWhole(file lock.LockFile) bool {
	ev := &q.ev
	switch {
	case ev.Err != nil:
		return true
	case !ev.Lock.ID.SameFile(file.ID): // it was replaced before it was probed
		return false
	case ev.Lock.State == lock.LockHeld && ev.NamedHolds():
		return true
	}
	return q.dir.PidfileID() == ev.Pidfile.ID && q.tempsStand()
}

// inquiry is one look at one directory while it is made.
type inquiry struct {
	s      *Session
	dir    lock.Dir
	how    How
	putOff bool // the kernel's table is needed, and not read yet
	fs     filesystem
	ev     report.Evidence
	named  *process   // under the PID that the pidfile names; nil if it names none
	ino    uint64     // of the lock file, as lock lines have it
	where  proc.Place // of the directory: see place
	path   string     // of the lock file: see lockPath
}

func (q *inquiry) gather() {
	ev := &q.ev
	if ev.Dir, ev.Err = q.dir.ID(); ev.Err != nil {
		return
	}
	q.fs = q.s.mounts.filesystem(q.dir.FD(), ev.Dir.Dev)
	ev.Device, ev.FS = q.fs.dev, q.fs.fstype
	ev.Pidfile = q.dir.Pidfile()
	if ev.Pidfile.State == lock.PidfileNamed {
		q.named = q.s.procs.find(ev.Pidfile.PID)
		ev.Process = q.named.state
		ev.Thread = q.named.id.PID != ev.Pidfile.PID && q.named.state != lock.ProcessGone
		if q.named.state != lock.ProcessGone {
			ev.Owner = q.describe(q.named)
		}
	}
	if ev.Lock.Err != nil {
		return
	}
	q.ino = ev.Lock.ID.Ino
	if q.fs.ownInodes && ev.Lock.State != lock.LockMissing {
		if ino, err := lockInode(q.dir, q.s.procs.names.Lock); err == nil {
			q.ino = ino
		}
	}
	ev.Swept = q.how.Search != nil
	q.establish()
	if ev.Lock.State == lock.LockUnknown {
		return
	}
	if p := ev.NamedHolder(); ev.Lock.State == lock.LockHeld && p != nil {
		if ev.Owner == nil || ev.Owner.PID != p.PID { // the PID here is another's
			ev.Process, ev.Owner, ev.Thread = lock.ProcessAlive, p, false
		}
		return
	}
	ev.Temps, _ = q.dir.Temps()
	if ev.Lock.State == lock.LockHeld {
		q.judgeHeld()
		return
	}
	if q.named != nil {
		q.judgeNamed()
		if ev.Process == lock.ProcessUnknown && q.named.isSilent() {
			ev.Err = report.ErrSilent
			return
		}
	}
	// An overlay's layer does not show the locks of the merged files, and a
	// process of another host is never seen: its being gone says nothing.
	var layer bool
	ev.Merged, ev.Unread, layer = q.s.mounts.layers.have(q.place, q.dir.RealPath)
	hidden := q.fs.remote && ev.Process.Exited() || layer
	if hidden && !slices.ContainsFunc(ev.Holders, func(h report.Holder) bool { return h.Deleted }) {
		ev.Err = report.ErrNotSeen
	}
}

// describe finds out who a process is. Where nobody is told, it does not matter who the
// one is that the pidfile names, by the PID it has here.
func (q *inquiry) describe(p *process) *report.Process {
	if q.s.brief && p == q.named {
		return &report.Process{PID: p.id.PID, NSPID: p.id.PID, Ticks: p.id.Ticks}
	}
	return q.s.who.describe(p.id)
}

// tempsStand reports whether the temporaries beside a free lock are left over:
// still there, unchanged, while nobody holds the lock. One that was seen a
// moment ago may have been part of an acquire that is complete by now.
func (q *inquiry) tempsStand() bool {
	if len(q.ev.Temps) == 0 || q.ev.Lock.State != lock.LockFree {
		return true
	}
	now := q.ev.Lock
	if q.ev.Source == report.SourceLease {
		now = q.dir.LeaseSeen(now)
	} else {
		now = q.dir.ProbeSeen(now)
	}
	if now.State != lock.LockFree {
		return false
	}
	temps, _ := q.dir.Temps()
	return slices.Equal(temps, q.ev.Temps)
}

// place is where the directory is. Not known, it is a place that nothing is below.
func (q *inquiry) place() proc.Place {
	if q.where == (proc.Place{}) {
		q.where, _ = q.dir.Place(q.s.mounts.ours)
		if q.where == (proc.Place{}) {
			q.where.Path = "?"
		}
	}
	return q.where
}
