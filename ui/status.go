package ui

import (
	"time"

	"lockscope/scan/report"
)

// status is what the header says of the scan.
type status struct {
	progress report.Progress    // of the walk that is under way, or the last one
	errors   []report.PathError // of the last walk that came to its end
	fresh    []report.PathError // since then
	walked   bool               // there was a walk since the last pass ended
	passes   int                // that came to an end
	summary  report.Summary     // of the last pass
	took     time.Duration      // what a walk takes, see steady
	wanted   time.Duration      // the interval the user chose
	interval time.Duration      // the interval in force, see steady
	pausedAt time.Time          // when the user stopped the table; zero while it goes on
	heard    time.Time          // when the source was last heard of
	looked   time.Time          // when the last pass ended; zero before that
	ended    bool
	err      error // why it ended
}

// paused reports whether the user stopped the table.
func (s *status) paused() bool { return !s.pausedAt.IsZero() }

// apply takes in an update, whose progress and interval need not be set.
func (s *status) apply(u *report.Update, now time.Time) {
	s.heard = now
	s.fresh = append(s.fresh, u.Errors...)
	if u.Progress != (report.Progress{}) {
		s.progress, s.walked = u.Progress, true
	}
	if u.Interval != 0 {
		s.interval = steady(s.interval, u.Interval)
		if u.Interval == s.wanted {
			s.interval = s.wanted
		}
	}
	if u.Summary == nil {
		return
	}
	if s.walked || s.passes == 0 {
		s.took = steady(s.took, u.Summary.Duration)
		s.errors, s.fresh = s.fresh, nil
	}
	s.walked = false
	s.summary = *u.Summary
	s.looked = now
	s.passes++
}

// steady is the measurement to show: the new one only if it differs by more than a quarter from the
// one on the screen, which would flicker else.
func steady(shown, measured time.Duration) time.Duration {
	if measured > shown*5/4 || measured < shown*3/4 {
		return measured
	}
	return shown
}

// walking reports whether to show that a walk is under way: the first, or one that takes long.
func (s *status) walking() bool {
	return s.progress.Walking && (s.passes == 0 || s.progress.Elapsed > shownWalk)
}

// problems are the errors to show.
func (s *status) problems() []report.PathError {
	if s.passes == 0 {
		return s.fresh
	}
	return s.errors
}

// readAll reports whether every root, and every directory below it, was read.
func (s *status) readAll() bool {
	return s.passes > 0 && len(s.errors) == 0 && len(s.fresh) == 0 && !s.ended
}

// silent is for how long nothing was heard from the source, or 0 if that is no wonder yet.
func (s *status) silent(now time.Time) time.Duration {
	if s.ended || s.heard.IsZero() || s.interval == 0 {
		return 0
	}
	if d := now.Sub(s.heard); d > max(silentIntervals*s.interval, minSilence) {
		return d
	}
	return 0
}
