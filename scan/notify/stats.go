package notify

import (
	"maps"
	"time"
)

// Stats is what a Source watches, and what it did not.
type Stats struct {
	Watched, MostWatched   int // inodes, and how many are allowed now
	Followed, MostFollowed int // processes

	// What came of it since the beginning, by reason: how many calls of Watch and of Follow were
	// refused, and how many watches were lost. Who tries again is counted again.
	WatchesRefused, ProcessesRefused, WatchesLost map[Reason]int

	Events    int // that were read
	Counted   int // those of them that were told
	Overflows int // how often events were lost

	InotifyErr, MountsErr error // why there are no events of directories, or of mounts
}

// Stats returns how many are watched, and why others were not.
func (s *Source) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.stats
	st.Watched, st.Followed, st.MostFollowed = len(s.watches.marks), len(s.processes.byFD), s.limits.processes
	st.MostWatched, _ = s.mostWatches(time.Now())
	st.InotifyErr, st.MountsErr = s.inotifyErr, s.mountsErr
	st.WatchesRefused = maps.Clone(st.WatchesRefused)
	st.ProcessesRefused = maps.Clone(st.ProcessesRefused)
	st.WatchesLost = maps.Clone(st.WatchesLost)
	return st
}

func count(by *map[Reason]int, why Reason) {
	if *by == nil {
		*by = map[Reason]int{}
	}
	(*by)[why]++
}

// lost counts a watch that was lost.
func (st *Stats) lost(why Reason) { count(&st.WatchesLost, why) }

// refuse is refused for a caller that does not hold mu.
func (s *Source) refuse(why Reason, until time.Time, err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.refused(why, until, err)
}

// refused counts a directory that is not watched, and returns why. The caller holds mu.
func (s *Source) refused(why Reason, until time.Time, err error) error {
	count(&s.stats.WatchesRefused, why)
	return &RefusedError{Reason: why, Until: until, Err: err}
}

// refusedProcess counts a process that is not followed, and returns why. The caller holds mu.
func (s *Source) refusedProcess(why Reason, err error) error {
	count(&s.stats.ProcessesRefused, why)
	return &RefusedError{Reason: why, Err: err}
}
