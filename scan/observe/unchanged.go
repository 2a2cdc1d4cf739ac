package observe

import (
	"errors"
	"slices"

	"lockscope/lock"
	"lockscope/lock/proc"
	"lockscope/scan/pool"
	"lockscope/scan/report"
)

// Unchanged reports whether everything that an earlier report rests on is as it was: the directory,
// whose mtime every acquire and release changes, the pidfile, the processes, and the descriptors
// that hold the lock. Then the lock need not be asked again. confirm says whether to read the
// descriptors of held directories too; those of others are always read. The lock file is the
// caller's to look at.
func (s *Session) Unchanged(d lock.Dir, r *report.Report, confirm bool) bool {
	ev := &r.Evidence
	if r.Checking || ev.Changing || ev.Acquiring || ev.Pidfile.Err != nil || !lasting(ev.Err) || !lasting(ev.Lock.Err) {
		return false
	}
	if id, err := d.ID(); err != nil || id != ev.Dir {
		return false
	}
	if id, err := d.PidfileID(); err != nil || id != ev.Pidfile.ID {
		return false
	}
	if !s.ownerAsBefore(r) {
		return false
	}
	if s.probe == ProbeAuto && (ev.OpenElsewhere || errors.Is(ev.Lock.Err, lock.ErrLeased)) && ev.Lock.State != lock.LockHeld {
		// Whoever has the file open may close it. Only a lease tells.
		if now := d.LeaseSeen(ev.Lock); now.State != lock.LockUnknown {
			return false
		}
	}
	if ev.Pidfile.State == lock.PidfileNamed && !s.sameProcess(ev.Pidfile.PID, ev.Owner, ev.Process) {
		return false
	}
	for _, h := range ev.Holders {
		if !s.sameProcess(h.Process.PID, h.Process, lock.ProcessAlive) || (confirm || r.Verdict.State != report.Held) && !s.stillHolds(h) {
			return false
		}
	}
	return true
}

// ownerAsBefore reports whether a process that the pidfile names, and that held no lock here, still
// holds none, and still holds that of the other directory if it did. Nothing in this directory
// changes with that.
func (s *Session) ownerAsBefore(r *report.Report) bool {
	ev := &r.Evidence
	switch {
	case ev.Owner == nil:
	case ev.Another != "":
		held, _ := s.procs.find(ev.Owner.PID).heldDirs()
		return slices.ContainsFunc(held, func(h lock.HeldDir) bool { return h.Path == ev.Another })
	case r.Verdict.State == report.Unguarded:
		_, holds := s.procs.find(ev.Owner.PID).holding(ev.Lock.ID.Ino, func(d *descriptor) bool { return d.flock.Dev == ev.Device })
		return !holds
	}
	return true
}

// lasting reports whether an error will stay the same until the directory changes.
func lasting(err error) bool {
	return err == nil || errors.Is(err, lock.ErrNotRegular) || errors.Is(err, report.ErrNotProbed) || errors.Is(err, report.ErrNotSeen) ||
		errors.Is(err, lock.ErrPosixLock) || errors.Is(err, lock.ErrLeased)
}

// sameProcess reports whether the same process still has the PID, and is as dead or alive as it was
// judged to be. Where there was none (before is nil), it reports whether there still is none.
func (s *Session) sameProcess(pid int, before *report.Process, judged lock.ProcessState) bool {
	if before == nil {
		return s.procs.find(pid).state == lock.ProcessGone
	}
	p := s.procs.find(before.PID) // not pid: a container's pidfile has the PID of its own namespace
	return p.state != lock.ProcessGone && p.id.Ticks == before.Ticks &&
		(p.state == lock.ProcessZombie) == (judged == lock.ProcessZombie)
}

// stillHolds confirms, with one small read, that a holder still holds a flock through its descriptor.
func (s *Session) stillHolds(h report.Holder) bool {
	info, _ := pool.Call(s.procs.calls, subject{h.Process.PID, "fd"}, func() proc.FDInfo { return proc.Host.Task(h.Process.PID).FDInfo(h.FD) })
	return info.Flock.Kind == proc.Flock
}
