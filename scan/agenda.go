package scan

import (
	"maps"
	"slices"
	"time"
)

// agenda is what is to be done, and when. It knows no clock: the caller says what time it is. It is not
// safe for concurrent use.
type agenda struct {
	interval    time.Duration         // between polls; 0 = only on request
	asked       request               // what was asked for and is not done yet
	unsettled   map[*record]bool      // records whose verdict awaits a second look
	resting     map[*record]bool      // records whose verdict waits until nothing moves there
	allMoved    bool                  // anything may have changed: the mounts have, or events were lost
	lost        time.Time             // when events were last lost: anything may have moved then
	treeWatched bool                  // a new directory anywhere in the tree makes an event
	treeMoved   bool                  // something moved in a directory that the last walk passed through
	moved       map[*record]time.Time // records at which something moved, and when they may be looked at
	tableRest   time.Time             // until when the kernel's lock table is not to be read again: see noteTable

	polled   time.Time     // beginning of the last poll
	pollTook time.Duration // processor time that its looks at known directories took, without a walk
	walked   time.Time     // end of the last walk
	walkTook time.Duration // on the clock or in processor time, whichever was longer
	ended    time.Time     // end of the last poll or walk, with the second looks that it brought
	polling  bool          // some of these are still to come
}

// batch is what is to be done in one round.
type batch struct {
	walk     bool      // walk the roots
	all      bool      // look at every known directory, but in turn at those that make events
	complete bool      // with all: at those too
	some     []*record // without all: look at these
	afresh   bool      // observe each afresh, though nothing seems to have changed
	settle   bool      // with some: their verdicts do not stand, and these are second looks
}

// noteSettling notes whether the verdict on a directory stands. It is called whenever that may have
// changed.
func (a *agenda) noteSettling(r *record) {
	note(&a.unsettled, r, r.settling != nil && !r.gone)
	note(&a.resting, r, r.resting != nil && r.settling == nil && !r.gone)
}

// note puts a record into a set, or takes it out.
func note(set *map[*record]bool, r *record, in bool) {
	if !in {
		delete(*set, r)
		return
	}
	if *set == nil {
		*set = map[*record]bool{}
	}
	(*set)[r] = true
}

// isSettled reports whether no verdict awaits a second look.
func (a *agenda) isSettled() bool { return len(a.unsettled) == 0 }

// isComplete reports whether every verdict stands.
func (a *agenda) isComplete() bool { return a.isSettled() && len(a.resting) == 0 }

// move notes that something moved at a directory: it is to be looked at now, or as soon as it may be. Also
// one whose verdict does not stand: its second look may be under way, and have seen what change ownerChange. That
// says nothing of how often it moves.
func (a *agenda) move(r *record, now time.Time) {
	if r.gone {
		return
	}
	r.noteMove(now)
	if _, noted := a.moved[r]; noted {
		return
	}
	if r.settling != nil {
		a.lookAgain(r, now.Add(moveEvery))
	} else {
		a.lookAgain(r, r.mayLook(now))
	}
}

// lookAgain has a directory looked at again at a time, however soon that is.
func (a *agenda) lookAgain(r *record, at time.Time) {
	if a.moved == nil {
		a.moved = map[*record]time.Time{}
	}
	a.moved[r] = at
}

// takeMoved returns the directories at which something moved and that may be looked at now, and forgets
// that it did. Without an interval there are none. And it returns those whose rest is over, if nothing has
// moved there since. next is when there will be another, zero if there is none.
func (a *agenda) takeMoved(now time.Time) (due []*record, next time.Time) {
	for r := range a.resting {
		switch at := later(r.due.at, a.tableRest); {
		case !at.After(now):
			due = append(due, r)
			delete(a.moved, r)
		case next.IsZero() || at.Before(next):
			next = at
		}
	}
	if a.interval == 0 {
		// Nothing else is looked at, for as long as nobody asks. If there is an interval again one day, the
		// first poll is of all directories.
		a.allMoved, a.moved = a.allMoved || len(a.moved) > 0, nil
		return due, next
	}
	for r, at := range a.moved {
		switch at = later(at, a.tableRest); {
		case r.gone || r.settling != nil:
			delete(a.moved, r)
		case !at.After(now):
			due = append(due, r)
			delete(a.moved, r)
		case next.IsZero() || at.Before(next):
			next = at
		}
	}
	return due, next
}

// next returns what is to be done now. Where that is nothing, ok is false, and at is the time when there
// will be something. It is zero where only a request can bring something.
//
// Requests for some directories come first. Then come second looks: those that are due at about the same
// time are taken in one round. Polls and walks come after them. So two looks at a directory are at least
// secondLookAfter apart while its verdict does not stand. Directories at which something moved are looked
// at in between, unless a poll or a walk waits for the second looks.
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
		if at = a.settleAt(); !at.After(now) {
			todo.some, todo.settle = a.settleDue(now), true
			for _, r := range todo.some {
				delete(a.moved, r)
			}
			return todo, now, true
		}
		if a.isAllDue(now) {
			return batch{}, at, false
		}
	case a.asked.walk || a.asked.all:
		todo = batch{walk: a.asked.walk || a.isWalkDue(now), all: true, afresh: true}
		a.asked = request{}
		return todo, now, true
	case a.interval > 0:
		walk := a.isWalkDue(now)
		if at = a.pollAt(); a.treeMoved && a.treeWalkAt().Before(at) {
			at, walk = a.treeWalkAt(), true
		}
		if !at.After(now) {
			todo = batch{all: true, walk: walk, complete: a.allMoved}
			a.allMoved, a.treeMoved = false, a.treeMoved && !walk
			return todo, now, true
		}
	}
	moved, next := a.takeMoved(now)
	if len(moved) > 0 {
		return batch{some: moved, afresh: true}, now, true
	}
	if !next.IsZero() && (at.IsZero() || next.Before(at)) {
		at = next
	}
	return batch{}, at, false
}

// settleAt is when the second looks are due: all together, but while others keep coming, none waits for
// them longer than secondLookAfter.
func (a *agenda) settleAt() (at time.Time) {
	var first time.Time
	for r := range a.unsettled {
		if r.due.at.After(at) {
			at = r.due.at
		}
		if first.IsZero() || r.due.at.Before(first) {
			first = r.due.at
		}
	}
	if most := first.Add(secondLookAfter); at.After(most) {
		at = most
	}
	return later(at, a.tableRest)
}

// settleDue are those whose second look is due.
func (a *agenda) settleDue(now time.Time) (due []*record) {
	for r := range a.unsettled {
		if !r.due.at.After(now) {
			due = append(due, r)
		}
	}
	return due
}

// noteTable notes that a round has read the kernel's lock table, and how much processor time that took. On the
// whole host flock(2) waits meanwhile. So looks at what moves, which may follow each other without end, wait
// until a twentieth of the time has gone into it. A round that may ask for leases mostly reads no table.
func (a *agenda) noteTable(took time.Duration, now time.Time) {
	if took > 0 {
		a.tableRest = now.Add(restFactor * took)
	}
}
