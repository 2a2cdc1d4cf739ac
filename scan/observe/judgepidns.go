package observe

import (
	"slices"

	"lockscope/lock"
	"lockscope/lock/proc"
)

// judgeInHoldersNS looks up the PID in the pidfile in the PID namespace of those who hold the lock.
// It reports false, and does nothing, where one of them lives in ours.
func (ob *observation) judgeInHoldersNS() bool {
	ev := &ob.ev
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
	inner, err := ob.s.procs.withInnerPID(ev.Pidfile.PID)
	ev.Process, ev.Owner, ev.Thread, ev.OtherPIDNS = lock.ProcessGone, nil, false, true
	if err != nil {
		ev.Process = lock.ProcessUnknown
	}
	for _, p := range inner {
		if ns, err := proc.Host.Task(p.id.PID).Running().PIDNamespace(); err != nil || slices.Contains(there, ns) {
			ev.Process, ev.Owner = lock.ProcessAlive, ob.s.who.describe(p.id)
			if ob.judge(p) == lock.ProcessReused {
				ev.Process = lock.ProcessReused
			}
		}
	}
	return true
}

// usedFromInnerNS reports whether processes in a PID namespace below ours use the directory: then
// the pidfile was written there, and its PID is one of that namespace. No process there has it, or
// it would have been found before. But it may be the number of a thread; then by is the process of
// that thread.
func (ob *observation) usedFromInnerNS() (used bool, by *process) {
	for _, p := range ob.s.procs.allInner() {
		if !slices.ContainsFunc(p.touched(), func(place proc.Place) bool { return place.Below(ob.place()) }) {
			continue
		}
		if used = true; proc.Host.Task(p.id.PID).HasThread(ob.ev.Pidfile.PID) {
			return true, p
		}
	}
	return used, nil
}
