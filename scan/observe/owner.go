package observe

import (
	"lockscope/lock"
	"lockscope/lock/proc"
	"lockscope/scan/report"
)

// Owner returns the process that the pidfile names, if it is seen to hold the lock, and the pidfile. It is
// the first step of a look, and the only one that is cheap enough to be taken at every event. It may be
// called concurrently.
func (s *Session) Owner(d lock.Dir) (*report.Process, lock.Pidfile) {
	ob := observation{s: s, dir: d}
	ob.ev.Lock = d.LockFile()
	if !ob.identify() || ob.named == nil || ob.ev.Lock.State == lock.LockMissing {
		return nil, lock.Pidfile{}
	}
	if d, ok := ob.named.holding(ob.ino, ob.isOurs); ok {
		ob.addHolders([]descriptor{d})
	}
	return ob.ev.NamedHolder(), ob.ev.Pidfile
}

// Lives reports whether a process lives, for certain.
func (s *Session) Lives(p *report.Process) bool {
	now := s.procs.find(p.PID)
	return now.state == lock.ProcessAlive && now.id == proc.Process{PID: p.PID, Ticks: p.Ticks}
}
