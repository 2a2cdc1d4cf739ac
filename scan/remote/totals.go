package remote

import (
	"maps"
	"slices"
	"time"

	"lockscope/scan/report"
)

// progress is how far the first walks of all together are, and once that they have ended: who was told that
// one is under way believes it until then. Of those after the first nothing is told.
func (m *merge) progress() (p report.Progress) {
	if m.walked {
		return p
	}
	m.walked = m.complete
	for _, h := range m.members {
		p.Visited += h.progress.Visited
		p.Found += h.progress.Found
	}
	p.Walking, p.Elapsed = !m.complete, time.Since(m.began)
	return p
}

// summarize is the summary of all members.
func (m *merge) summarize() report.Summary {
	s := report.Summary{States: map[report.State]int{}, Hosts: len(m.members), Roots: m.roots}
	for _, h := range m.members {
		s.Dirs += h.summary.Dirs
		s.Checking += h.summary.Checking
		s.Errors += h.summary.Errors
		s.Duration = max(s.Duration, h.summary.Duration)
		for state, n := range h.summary.States {
			s.States[state] += n
		}
		if h.lost {
			s.Lost++
		} else {
			s.Watched = addWatched(s.Watched, h.summary.Watched)
		}
	}
	return s
}

// addWatched returns the sum of both, either of which may be nil.
func addWatched(sum, w *report.Watched) *report.Watched {
	if w == nil {
		return sum
	}
	if sum == nil {
		sum = &report.Watched{Polled: map[report.PolledBecause]int{}}
	}
	sum.Dirs += w.Dirs
	sum.Passed += w.Passed
	sum.Processes += w.Processes
	for why, n := range w.Polled {
		sum.Polled[why] += n
	}
	return sum
}

// allErrors are those of all members, in the order of their names.
func (m *merge) allErrors() (errors []report.PathError) {
	for _, name := range slices.Sorted(maps.Keys(m.members)) {
		errors = append(errors, m.members[name].errors...)
	}
	return errors
}
