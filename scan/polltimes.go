package scan

import "time"

// isAllDue reports whether something waits that is done only when every verdict stands. Then nothing is
// looked at that may bring another one that does not: whoever moves things all the time would keep it
// waiting for ever.
func (a *agenda) isAllDue(now time.Time) bool {
	return a.asked.walk || a.asked.all || a.interval > 0 && !a.polled.Add(a.pollEvery()).After(now)
}

// noteEnd notes the end of a round. That of a look at what moved delays no poll: such rounds may follow
// each other for ever.
func (a *agenda) noteEnd(done batch, now time.Time) {
	a.polling = a.polling || done.all
	if done.all || a.polling && done.settle {
		a.ended = now
	}
	a.polling = a.polling && !a.isSettled()
}

// treeWalkAt is when the roots may be walked again after something moved in a directory that the last walk
// passed through: walks that follow each other so take a twentieth of the time.
func (a *agenda) treeWalkAt() time.Time {
	return a.walked.Add(max(moveEvery, restFactor*a.walkTook))
}

// pollAt is when the next poll is due.
func (a *agenda) pollAt() time.Time {
	if a.allMoved {
		return a.polled.Add(max(moveEvery, (1+restFactor)*a.pollTook))
	}
	at, soonest := a.polled.Add(a.pollEvery()), a.ended.Add(a.interval/leastRestShare)
	if at.Before(soonest) {
		return soonest
	}
	return at
}

// pollEvery returns the time from the beginning of one poll to that of the next. A poll that takes long is
// followed by a long rest, whatever the interval: see restFactor.
func (a *agenda) pollEvery() time.Duration { return max(a.interval, (1+restFactor)*a.pollTook) }

// isWalkDue reports whether the next round over all directories is to walk the roots again.
func (a *agenda) isWalkDue(now time.Time) bool {
	every := walkEvery
	if a.treeWatched {
		every = refreshEvery
	}
	return now.Sub(a.walked) > max(every, restFactor*a.walkTook)
}
