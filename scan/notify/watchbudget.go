package notify

import "time"

// reserve says whether one more may be watched.
func (s *Source) reserve(dir inode, kind Kind, now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	ws := &s.watches
	if until, ok := ws.load.banished(dir, now); ok {
		return s.refused(Noisy, until, nil)
	}
	most, until := s.mostWatches(now)
	if len(ws.marks)+ws.arming >= most && !(kind == Data && s.giveOneBack(now)) {
		if most < s.limits.watches { // the kernel had no more a short time ago
			return s.refused(NoSpace, until, nil)
		}
		return s.refused(Budget, until, nil)
	}
	ws.arming++
	return nil
}

// mostWatches is how many inodes may be watched now, and until when it is less than usual.
func (s *Source) mostWatches(now time.Time) (most int, until time.Time) {
	if until := s.watches.halved.Add(lowered); now.Before(until) {
		return min(s.watches.most, s.limits.watches), until
	}
	return s.limits.watches, time.Time{}
}

// giveOneBack ends the watch of a directory that is only passed through, for a data directory. The
// caller holds mu.
func (s *Source) giveOneBack(now time.Time) bool {
	if s.watches.passed == 0 {
		return false
	}
	for _, m := range s.watches.marks {
		if !m.has(Data) {
			s.lose(m, Budget, now, time.Time{})
			return true
		}
	}
	return false
}

// giveHalfBack ends half of the watches, those of data directories last: somebody else needs some.
// Of the calls that were under way together when the kernel had no more, the first one does that
// for all. It returns until when there are no more.
func (s *Source) giveHalfBack(began time.Time) (until time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ws := &s.watches
	if began.Before(ws.halved) {
		return ws.halved.Add(lowered)
	}
	ws.halved, ws.most = time.Now(), len(ws.marks)/2
	until = ws.halved.Add(lowered)
	for len(ws.marks) > ws.most {
		s.giveSomeBack(min(len(ws.marks)-ws.most, atOnce), until)
		s.mu.Unlock() // the reader has to read that they are ended
		s.mu.Lock()
	}
	return until
}

// giveSomeBack ends some watches, all of one kind where there are enough. The caller holds mu.
func (s *Source) giveSomeBack(n int, until time.Time) {
	passed := s.watches.passed > 0
	for _, m := range s.watches.marks {
		if passed && m.has(Data) {
			continue
		}
		s.lose(m, NoSpace, s.watches.halved, until)
		if n--; n == 0 || passed && s.watches.passed == 0 {
			return
		}
	}
}
