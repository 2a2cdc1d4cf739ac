package observe

import (
	"os"
	"slices"
	"time"

	"lockscope/lock"
	"lockscope/lock/proc"
	"lockscope/scan/report"
)

// judgeHeld establishes what became of those who are named, and of those who hold the lock, where
// nobody holds it by name.
func (q *inquiry) judgeHeld() {
	ev := &q.ev
	ev.Acquiring = slices.ContainsFunc(ev.Temps, func(t lock.Temp) bool {
		age := time.Since(time.Unix(0, t.ID.MTime))
		return age < acquireTime && age > -report.ClockSkew
	})
	q.judgeTaker()
	for i := range ev.Holders {
		if h := &ev.Holders[i]; h.Inherited && !h.Deleted {
			h.Works = q.worksBeside(h.Process.PID)
		}
	}
	if q.named == nil || q.judgeThere() {
		return
	}
	if q.judge(q.named) == lock.ProcessReused {
		ev.Process = lock.ProcessReused
	}
	q.judgeUnseen()
}

// judge establishes what became of a process that has a PID which the pidfile,
// or the kernel, names.
func (q *inquiry) judge(p *process) lock.ProcessState {
	if p.state != lock.ProcessAlive {
		return p.state
	}
	return lock.JudgeNamed(p.state, p.id.Started(), time.Unix(0, q.ev.Pidfile.ID.MTime), q.uses(p))
}

// uses says whether a process uses the directory.
func (q *inquiry) uses(p *process) lock.Use {
	if p.id.PID == os.Getpid() {
		return lock.UseNone // we have it open to look at it
	}
	area, used, err := q.area(p)
	return area.Of(used, err)
}

// worksBeside says whether a process uses anything of the directory but the lock file.
func (q *inquiry) worksBeside(pid int) lock.Use {
	area, used, err := q.area(q.s.procs.find(pid))
	return area.Beside(q.s.procs.names.Lock, used, err)
}

// area finds out what lies below the directory for a process, and what that uses.
func (q *inquiry) area(p *process) (lock.Area, []proc.Used, error) {
	used, err := p.used()
	if err != nil {
		return lock.Area{}, nil, err
	}
	theirs, err := q.s.mounts.of(p.id)
	if err != nil {
		return lock.Area{}, nil, err
	}
	return q.dir.Area(q.s.mounts.ours, theirs, p.id), used.files, used.unseen
}

// judgeNamed establishes what became of the process that the pidfile of a lock
// nobody holds names: one that has the PID in a namespace below ours and uses the directory, or the one of that
// PID here.
func (q *inquiry) judgeNamed() {
	ev := &q.ev
	nested, err := q.s.procs.nested(ev.Pidfile.PID)
	unseen := err != nil
	for _, p := range nested {
		switch q.uses(p) {
		case lock.UseSome:
			ev.Process, ev.Owner, ev.Thread = lock.ProcessAlive, q.s.who.describe(p.id), false
			return
		case lock.UseUnknown:
			unseen = true
		}
		if q.isAnother(p) {
			return
		}
	}
	ev.Process = q.judge(q.named)
	switch ev.Process {
	case lock.ProcessAlive:
		return
	case lock.ProcessUnrelated:
		if q.isAnother(q.named) {
			return
		}
	}
	if ev.Process != lock.ProcessUnknown {
		switch used, by := q.usedThere(); {
		case by != nil:
			ev.Process, ev.Owner, ev.Thread = lock.ProcessAlive, q.s.who.describe(by.id), true
			return
		case used:
			ev.Process, ev.Owner, ev.Thread, ev.There = lock.ProcessGone, nil, false, true
		}
	}
	if unseen {
		ev.Process = lock.ProcessUnknown
	}
}

// isAnother reports whether the process holds the lock of another directory that has the same pidfile: then this one may be a
// copy of it, or another view on it.
func (q *inquiry) isAnother(p *process) bool {
	ev := &q.ev
	held, err := p.heldDirs()
	another := q.dir.Another(held, ev.Pidfile)
	switch {
	case another != "":
		ev.Process, ev.Owner, ev.Another = lock.ProcessAlive, q.s.who.describe(p.id), another
	case err != nil:
		ev.Process = lock.ProcessUnknown
	default:
		return false
	}
	return true
}

// usedThere reports whether processes of another PID namespace use the directory: then the pidfile's number is one of
// theirs. No process of them has it, or it would have been found; but a thread of one may, which is returned then.
func (q *inquiry) usedThere() (used bool, by *process) {
	for _, p := range q.s.procs.allNested() {
		if !slices.ContainsFunc(p.touched(), func(place proc.Place) bool { return place.Below(q.place()) }) {
			continue
		}
		if used = true; proc.Host.Task(p.id.PID).HasThread(q.ev.Pidfile.PID) {
			return true, p
		}
	}
	return used, nil
}

// judgeThere looks up the pidfile's number where all holders live, if that is another PID namespace. It
// reports whether it is.
func (q *inquiry) judgeThere() bool {
	ev := &q.ev
	var there []string
	for _, h := range ev.Holders {
		if h.Deleted {
			continue
		}
		if h.Process.NSPID == h.Process.PID {
			return false
		}
		if proc.Host.Task(h.Process.PID).HasThread(ev.Pidfile.PID) {
			ev.Process, ev.Owner, ev.Thread = lock.ProcessAlive, h.Process, true
			return true
		}
		if ns, err := proc.Host.Task(h.Process.PID).Running().PIDNamespace(); err == nil {
			there = append(there, ns)
		}
	}
	if len(there) == 0 {
		return false
	}
	nested, err := q.s.procs.nested(ev.Pidfile.PID)
	ev.Process, ev.Owner, ev.Thread, ev.There = lock.ProcessGone, nil, false, true
	if err != nil {
		ev.Process = lock.ProcessUnknown
	}
	for _, p := range nested {
		if ns, err := proc.Host.Task(p.id.PID).Running().PIDNamespace(); err != nil || slices.Contains(there, ns) {
			ev.Process, ev.Owner = lock.ProcessAlive, q.s.who.describe(p.id)
			if q.judge(p) == lock.ProcessReused {
				ev.Process = lock.ProcessReused
			}
		}
	}
	return true
}

// judgeUnseen takes back what is concluded from a PID that is nobody's, where
// the holder of the lock was not found and may be outside of what can be seen.
func (q *inquiry) judgeUnseen() {
	ev := &q.ev
	if len(ev.Holders) == 0 && (q.s.lacks&report.LacksPIDs != 0 || q.fs.remote) {
		ev.Process, ev.Owner, ev.Thread = lock.ProcessUnknown, nil, false
	}
}

// judgeTaker establishes what became of the process that took the lock. Without a pidfile nothing tells whether its PID
// was given out again.
func (q *inquiry) judgeTaker() {
	ev := &q.ev
	if ev.Locker <= 0 {
		return
	}
	taker := q.s.procs.find(ev.Locker)
	ev.Taker = taker.state
	if ev.Pidfile.ID.MTime != 0 {
		ev.Taker = q.judge(taker)
	}
}
