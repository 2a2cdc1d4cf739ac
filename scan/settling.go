package scan

import (
	"lockscope/lock"
	"lockscope/scan/report"
)

// settling follows one directory from its first look until its verdict stands.
type settling struct {
	looks  int
	agreed int // looks in a row that found the same episode
	last   report.Episode
}

// look takes in one more look. It reports whether the verdict stands now; if
// no two looks agree it marks the evidence as changing, which settles it too.
func (s *settling) look(ev *report.Evidence) (settled bool) {
	now, before := report.EpisodeOf(ev), s.last
	s.last = now
	s.looks++
	written := now.Changed != before.Changed
	switch {
	case s.looks == 1 || !now.SameAs(before):
		s.agreed = 1
	case written && ev.Pidfile.State == lock.PidfileMissing:
		// A daemon that keeps acquiring leaves no trace but the directory's
		// mtime, and so does one that merely writes there.
		s.agreed++
		return s.agreed >= maxLooks
	default:
		return true
	}
	if s.looks >= 2*maxLooks {
		ev.Changing = true
		return true
	}
	return false
}
