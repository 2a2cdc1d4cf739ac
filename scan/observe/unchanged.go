package observe

import (
	"errors"
	"slices"

	"lockscope/lock"
	"lockscope/lock/proc"
	"lockscope/scan/pool"
	"lockscope/scan/report"
)

// Unchanged reports whether nothing an earlier report rests on has changed:
// the directory (every acquire and release changes its mtime), the pidfile,
// the processes, and the descriptors that hold the lock. Then nothing needs to be asked again, least of
// all the lock. confirm says whether to look at the descriptors of sound directories too. The lock file is for
// the caller to look at.
func (s *Session) Unchanged(d lock.Dir, r *report.Report, confirm bool) bool {
	ev := &r.Evidence
	if r.Checking || ev.Changing || ev.Acquiring || ev.Pidfile.Err != nil || !lasting(ev.Err) || !lasting(ev.Lock.Err) {
		return false
	}
	if id, err := d.ID(); err != nil || id != ev.Dir {
		return false
	}
	if d.PidfileID() != ev.Pidfile.ID {
		return false
	}
	if !s.ownerAsBefore(r) {
		return false
	}
	if s.probe == ProbeAuto && (ev.Busy || errors.Is(ev.Lock.Err, lock.ErrLeased)) && ev.Lock.State != lock.LockHeld {
		// Who has the file open may close it, and nothing else tells.
		if now := d.LeaseSeen(ev.Lock); now.State != lock.LockUnknown {
			return false
		}
	}
	if ev.Pidfile.State == lock.PidfileNamed && !s.sameProcess(ev.Pidfile.PID, ev.Owner, ev.Process) {
		return false
	}
	for _, h := range ev.Holders {
		if !s.sameProcess(h.Process.PID, h.Process, lock.ProcessAlive) || (confirm || r.Verdict.State != report.Held) && !s.stands(h) {
			return false
		}
	}
	return true
}

// ownerAsBefore reports whether a process that the pidfile names still holds no lock here, or the one of another directory:
// nothing in the directory tells of that.
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

// lasting reports whether an error says something of the directory that will
// be so until the directory changes.
func lasting(err error) bool {
	return err == nil || errors.Is(err, lock.ErrNotRegular) || errors.Is(err, report.ErrNotProbed) || errors.Is(err, report.ErrNotSeen) ||
		errors.Is(err, lock.ErrPosixLock) || errors.Is(err, lock.ErrLeased)
}

// sameProcess reports whether what there is under a PID is still the same: the
// same process, as dead or alive as it was judged to be, or still none.
func (s *Session) sameProcess(pid int, before *report.Process, judged lock.ProcessState) bool {
	if before == nil {
		return s.procs.find(pid).state == lock.ProcessGone
	}
	p := s.procs.find(before.PID) // which the pidfile does not have where that is a container's
	return p.state != lock.ProcessGone && p.id.Ticks == before.Ticks &&
		(p.state == lock.ProcessZombie) == (judged == lock.ProcessZombie)
}

// stands confirms, with one small read, that the process still holds a flock
// through the descriptor it was seen to hold it through.
func (s *Session) stands(h report.Holder) bool {
	info, _ := pool.Call(s.procs.calls, subject{h.Process.PID, "fd"}, func() proc.FDInfo { return proc.Host.Task(h.Process.PID).FDInfo(h.FD) })
	return info.Flock.Kind == proc.Flock
}
