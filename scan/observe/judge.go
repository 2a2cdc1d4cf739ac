package observe

import (
	"os"
	"slices"
	"time"

	"lockscope/lock"
	"lockscope/lock/proc"
	"lockscope/scan/report"
)

// judgeHeld finds out more about a held lock that the named process does not hold: whether an
// acquire is in progress, what became of the process that took it, of the one that the pidfile
// names, and what else those who inherited it do in the directory.
func (ob *observation) judgeHeld() {
	ev := &ob.ev
	ev.Acquiring = slices.ContainsFunc(ev.Temps, func(t lock.Temp) bool {
		age := time.Since(time.Unix(0, t.ID.MTime))
		return age < acquireTime && age > -report.ClockSkew
	})
	ob.judgeTaker()
	for i := range ev.Holders {
		if h := &ev.Holders[i]; h.Inherited && !h.Deleted {
			h.OtherUse = ob.otherUse(h.Process.PID)
		}
	}
	if ob.named == nil || ob.judgeInHoldersNS() {
		return
	}
	if ob.judge(ob.named) == lock.ProcessReused {
		ev.Process = lock.ProcessReused
	}
	ob.withdrawUnseen()
}

// judgeTaker finds out what became of the process that took the lock. Whether its PID was given to
// another process since, only the time of the pidfile can tell.
func (ob *observation) judgeTaker() {
	ev := &ob.ev
	if ev.Locker <= 0 {
		return
	}
	taker := ob.s.procs.find(ev.Locker)
	ev.Taker = taker.state
	if ev.Pidfile.ID.MTime != 0 {
		ev.Taker = ob.judge(taker)
	}
}

// withdrawUnseen withdraws what was concluded from the PID in the pidfile, where no holder was found
// and processes may be hidden from us: the PID may belong to one of these.
func (ob *observation) withdrawUnseen() {
	ev := &ob.ev
	if len(ev.Holders) == 0 && (ob.s.restrictions&report.NestedPIDNS != 0 || ob.fs.remote) {
		ev.Process, ev.Owner, ev.Thread = lock.ProcessUnknown, nil, false
	}
}

// judgeFree finds out what became of the process that the pidfile of a free lock names, and whether
// the lock may be held where it cannot be seen from here.
func (ob *observation) judgeFree() {
	ev := &ob.ev
	if ob.named != nil {
		ob.judgeNamed()
		if ev.Process == lock.ProcessUnknown && ob.named.givesNoAnswer() {
			ev.Err = report.ErrProcessNoAnswer
			return
		}
	}
	// A file in a layer of an overlay does not show the locks of the merged file. And a process on
	// another host is never seen here: that its PID is free here proves nothing.
	merged, unread, layer := ob.s.mounts.layers.lookup(ob.place, ob.dir.RealPath)
	ev.OverlayMount, ev.UnreadMountNS = merged, int32(unread)
	hidden := ob.fs.remote && ev.Process.Exited() || layer
	if hidden && !slices.ContainsFunc(ev.Holders, func(h report.Holder) bool { return h.Deleted }) {
		ev.Err = report.ErrNotSeen
	}
}

// judgeNamed finds out which process the pidfile of a free lock means, and what became of it. A
// process in a PID namespace below ours that has this PID there, and uses the directory, comes
// first. Else it is the process with this PID here.
func (ob *observation) judgeNamed() {
	ev := &ob.ev
	inner, err := ob.s.procs.withInnerPID(ev.Pidfile.PID)
	unseen := err != nil
	for _, p := range inner {
		switch ob.uses(p) {
		case lock.UseSome:
			ev.Process, ev.Owner, ev.Thread = lock.ProcessAlive, ob.s.who.describe(p.id), false
			return
		case lock.UseUnknown:
			unseen = unseen || !p.hasEnded()
		}
	}
	for _, p := range inner { // of several containers' processes any may have ended by now
		if ob.holdsAnother(p) && !(ev.Process == lock.ProcessUnknown && p.hasEnded()) {
			return
		}
	}
	ev.Process = ob.judge(ob.named)
	switch ev.Process {
	case lock.ProcessAlive:
		return
	case lock.ProcessUnrelated:
		if ob.holdsAnother(ob.named) {
			return
		}
	}
	if ev.Process != lock.ProcessUnknown {
		switch used, by := ob.usedFromInnerNS(); {
		case by != nil:
			ev.Process, ev.Owner, ev.Thread = lock.ProcessAlive, ob.s.who.describe(by.id), true
			return
		case used:
			ev.Process, ev.Owner, ev.Thread, ev.OtherPIDNS = lock.ProcessGone, nil, false, true
		}
	}
	if unseen {
		ev.Process = lock.ProcessUnknown
	}
}

// judge finds out what became of a process that the pidfile or the kernel names by a PID which p has
// now: whether it is still the same, and has to do with the directory.
func (ob *observation) judge(p *process) lock.ProcessState {
	if p.state != lock.ProcessAlive {
		return p.state
	}
	return lock.JudgeNamed(p.state, p.started(), time.Unix(0, ob.ev.Pidfile.ID.MTime), ob.uses(p))
}

// holdsAnother reports whether a process holds the lock of another directory with the same pidfile,
// or may hold one. Then this directory may be a copy of that one, or another view on it.
func (ob *observation) holdsAnother(p *process) bool {
	ev := &ob.ev
	held, err := p.heldDirs()
	another := ob.dir.Another(held, ev.Pidfile)
	switch {
	case another != "":
		ev.Process, ev.Owner, ev.Another = lock.ProcessAlive, ob.s.who.describe(p.id), another
	case err != nil:
		ev.Process = lock.ProcessUnknown
	default:
		return false
	}
	return true
}

// uses says whether a process that the pidfile may mean uses the directory, or one that it started.
func (ob *observation) uses(p *process) lock.Use {
	if p.id.PID == os.Getpid() {
		return lock.UseNone // we have it open to look at it
	}
	written := time.Unix(0, ob.ev.Pidfile.ID.MTime)
	return lock.NamedUse(p.id.PID, p.started(), written, ob.s.procs.children, func(pid int) lock.Use {
		area, used, err := ob.area(ob.s.procs.find(pid))
		return area.Of(used, err)
	})
}

// otherUse says whether a process, or one that it started, uses anything of the directory besides the
// lock file.
func (ob *observation) otherUse(pid int) lock.Use {
	return lock.WithWorkers(pid, ob.s.procs.children, func(pid int) lock.Use {
		area, used, err := ob.area(ob.s.procs.find(pid))
		return area.Beside(ob.s.procs.names.Lock, used, err)
	})
}

// area finds out what lies below the directory in the view of a process, and what the process uses.
func (ob *observation) area(p *process) (lock.Area, []proc.Used, error) {
	used, err := p.inUse()
	if err != nil {
		return lock.Area{}, nil, err
	}
	theirs, err := ob.s.mounts.of(p.id)
	if err != nil {
		return lock.Area{}, nil, err
	}
	return ob.dir.Area(ob.s.mounts.ours, theirs, p.id), used.files, used.unseen
}
