package scan

import (
	"maps"
	"slices"
	"time"
)

// agenda is what is to be done, when, and why. It knows no clock: who asks it says what time it is. It
// is not safe for concurrent use.
type agenda struct {
	interval time.Duration    // between polls; 0 = only on request
	asked    request          // what was asked for and is not done yet
	unstable map[*record]bool // records whose verdict does not stand

	polled   time.Time     // beginning of the last poll
	pollTook time.Duration // processor time that it took: walks and second looks are rarer
	walked   time.Time     // end of the last walk
	walkTook time.Duration
	ended    time.Time // end of the last round
}

// request is what somebody asked to be done before it is due.
type request struct {
	walk bool
	all  bool
	some bool             // some directories, known or not
	who  map[*record]bool // those of them that are known
}

// batch is what is to be done in one round.
type batch struct {
	walk   bool      // walk the roots
	all    bool      // look at every directory
	afresh bool      // and observe it afresh, though nothing seems to have changed
	some   []*record // else look at these
	settle bool      // whose verdict does not stand
}

// ask notes that somebody asks for a directory.
func (a *agenda) ask(r *record) {
	if a.asked.who == nil {
		a.asked.who = map[*record]bool{}
	}
	a.asked.who[r] = true
}

// note notes whether a directory awaits another look.
func (a *agenda) note(r *record) {
	if r.settling == nil || r.gone {
		delete(a.unstable, r)
		return
	}
	if a.unstable == nil {
		a.unstable = map[*record]bool{}
	}
	a.unstable[r] = true
}

// isSettled reports whether every verdict stands.
func (a *agenda) isSettled() bool { return len(a.unstable) == 0 }

// next returns what is to be done now. Otherwise ok is false, and at is when there will be something:
// zero where only a request can make it so.
//
// What was asked of some directories comes first. Second looks come next, all together, and polls and
// walks only after them: so two looks at a directory are never closer than lookAgain.
func (a *agenda) next(now time.Time) (todo batch, at time.Time, ok bool) {
	switch {
	case a.asked.some:
		todo.some = slices.DeleteFunc(slices.Collect(maps.Keys(a.asked.who)), func(r *record) bool { return r.settling != nil || r.gone })
		a.asked.some, a.asked.who = false, nil
		return todo, now, true
	case !a.isSettled():
		todo.some, todo.settle = slices.Collect(maps.Keys(a.unstable)), true
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
		if soonest := a.ended.Add(a.interval / leastRest); at.Before(soonest) {
			at = soonest
		}
		todo = batch{all: true, walk: a.isWalkDue(now)}
	}
	if at.After(now) {
		return batch{}, at, false
	}
	return todo, at, true
}

// rest is how long after the beginning of a poll the next one is due. One that takes long is followed by
// a long rest, whatever the interval.
func (a *agenda) rest() time.Duration { return max(a.interval, (1+restFactor)*a.pollTook) }

func (a *agenda) isWalkDue(now time.Time) bool {
	return now.Sub(a.walked) > max(walkEvery, restFactor*a.walkTook)
}
