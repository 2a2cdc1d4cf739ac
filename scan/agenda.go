package scan

import (
	"maps"
	"slices"
	"time"
)

// agenda is what is to be done, and when. It knows no clock: the caller says what time it is. It is not
// safe for concurrent use.
type agenda struct {
	interval  time.Duration    // between polls; 0 = only on request
	asked     request          // what was asked for and is not done yet
	unsettled map[*record]bool // records whose verdict does not stand

	polled   time.Time     // beginning of the last poll
	pollTook time.Duration // processor time that its looks at known directories took, without a walk
	walked   time.Time     // end of the last walk
	walkTook time.Duration // on the clock or in processor time, whichever was longer
	ended    time.Time     // end of the last round
}

// batch is what is to be done in one round.
type batch struct {
	walk   bool      // walk the roots
	all    bool      // look at every known directory
	some   []*record // without all: look at these
	afresh bool      // observe each afresh, though nothing seems to have changed
	settle bool      // with some: their verdicts do not stand, and these are second looks
}

// noteSettling notes whether the verdict on a directory stands. It is called whenever that may have
// changed.
func (a *agenda) noteSettling(r *record) {
	if r.settling == nil || r.gone {
		delete(a.unsettled, r)
		return
	}
	if a.unsettled == nil {
		a.unsettled = map[*record]bool{}
	}
	a.unsettled[r] = true
}

// isSettled reports whether every verdict stands.
func (a *agenda) isSettled() bool { return len(a.unsettled) == 0 }

// next returns what is to be done now. Where that is nothing, ok is false, and at is the time when there
// will be something. It is zero where only a request can bring something.
//
// Requests for some directories come first. Then come second looks: they wait until the last of them is
// due, and are taken in one round. Polls and walks come after them. So two looks at a directory are at
// least secondLookAfter apart while its verdict does not stand.
func (a *agenda) next(now time.Time) (todo batch, at time.Time, ok bool) {
	switch {
	case a.asked.some:
		todo.some = slices.Collect(maps.Keys(a.asked.records))
		// One whose verdict does not stand gets its second look anyway, and not too early.
		todo.some = slices.DeleteFunc(todo.some, func(r *record) bool { return r.settling != nil || r.gone })
		todo.afresh = true
		a.asked.some, a.asked.records = false, nil
		return todo, now, true
	case !a.isSettled():
		todo.some, todo.settle = slices.Collect(maps.Keys(a.unsettled)), true
		for _, r := range todo.some {
			if r.due.at.After(at) {
				at = r.due.at
			}
		}
	case a.asked.walk || a.asked.all:
		todo = batch{walk: a.asked.walk || a.isWalkDue(now), all: true, afresh: true}
		a.asked = request{}
		return todo, now, true
	case a.interval == 0:
		return batch{}, time.Time{}, false
	default:
		at = a.polled.Add(a.rest())
		if soonest := a.ended.Add(a.interval / leastRestShare); at.Before(soonest) {
			at = soonest
		}
		todo = batch{all: true, walk: a.isWalkDue(now)}
	}
	if at.After(now) {
		return batch{}, at, false
	}
	return todo, at, true
}

// rest returns the time from the beginning of one poll to that of the next. A poll that takes long is
// followed by a long rest, whatever the interval: see restFactor.
func (a *agenda) rest() time.Duration { return max(a.interval, (1+restFactor)*a.pollTook) }

// isWalkDue reports whether the next round over all directories is to walk the roots again.
func (a *agenda) isWalkDue(now time.Time) bool {
	return now.Sub(a.walked) > max(walkEvery, restFactor*a.walkTook)
}
