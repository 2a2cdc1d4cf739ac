package scan

import (
	"lockscope/lock"
	"lockscope/scan/report"
)

// settling counts the looks at one directory until its verdict stands. See "When a verdict stands" in the
// package comment.
type settling struct {
	looks  int
	agreed int // looks in a row that found the same episode
	last   report.Episode
	held   bool // some look found the lock held
	begun  int  // how often it was begun anew
}

// mayBeginAnew reports whether the looks may begin anew since another lock file is there: the search before it does
// not show who holds the former one. They may only so often: somebody could replace the file at every look.
func (s *settling) mayBeginAnew() bool { return s == nil || s.begun < maxBegun }

// anew returns what the looks begin anew with, also where nothing was settling.
func (s *settling) anew() *settling {
	if s == nil {
		return &settling{}
	}
	return &settling{begun: s.begun + 1}
}

// add adds a look. It reports whether the verdict stands now. If no two looks agree for long, it marks
// the evidence as changing: then the verdict stands too.
func (s *settling) add(ev *report.Evidence) (settled bool) {
	now, before := report.EpisodeOf(ev), s.last
	s.last = now
	s.looks++
	s.held = s.held || ev.Lock.State == lock.LockHeld
	written := now.Changed != before.Changed
	switch {
	case s.looks == 1 || !now.SameAs(before):
		s.agreed = 1
	case written && ev.Pidfile.State == lock.PidfileMissing:
		// Here a daemon that acquires and releases again and again changes only the directory's
		// mtime. So does one that merely writes there: then many looks in a row find the lock held.
		s.agreed++
		return s.agreed >= maxLooks
	default:
		return true
	}
	if s.looks >= 2*maxLooks {
		ev.Changing, ev.WasHeld = true, s.held
		return true
	}
	return false
}
