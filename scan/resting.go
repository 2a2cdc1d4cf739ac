package scan

import (
	"errors"
	"time"

	"lockscope/scan/report"
)

// resting is the wait until nothing moves at a directory, where only a flock probe can tell whether its lock
// is held: see observe.Rest.
type resting struct {
	began   time.Time
	wasHeld bool // a look before found the lock held, and its verdict did not stand
}

// awaitsRest reports whether what a look has found is incomplete, since something moved there.
func awaitsRest(ev *report.Evidence) bool { return errors.Is(ev.Lock.Err, report.ErrMoving) }

// awaitRest applies a look that could not ask for the lock. A verdict that stands is kept meanwhile. After
// restWithin that is given up, and the next look begins it anew: it never rests only where files of the
// protocol come and go all the time. Second looks go on until two of them agree.
func (r *record) awaitRest(next *report.Report) (change *report.Change) {
	before, ev := r.report, &next.Evidence
	r.due = due{r.rest.Again, toSettle}
	switch {
	case r.settling != nil && !r.settling.add(ev):
		next.Checking, r.due.at = true, next.Observed.Add(secondLookAfter)
	case ev.Changing:
		r.settling, r.resting = nil, nil
	case !r.rests(next.Observed):
		ev.Changing, ev.WasHeld = true, r.resting.wasHeld
		r.resting = nil
	case before == nil || before.Checking:
		next.Checking = true
	default:
		return nil
	}
	next.Verdict = report.Classify(ev)
	return r.publish(next)
}

// rests begins to wait for the rest, if that was not begun, in place of second looks. It reports false where
// it has taken too long.
func (r *record) rests(now time.Time) bool {
	if r.resting == nil {
		r.resting = &resting{began: now}
	}
	if r.settling != nil {
		r.resting.wasHeld = r.resting.wasHeld || r.settling.held
		r.settling = nil
	}
	return now.Sub(r.resting.began) < restWithin
}

// lastLook is when the directory was looked at last. Where its verdict was kept, that was after its report.
func (r *record) lastLook() time.Time {
	if r.rest != nil && r.rest.At.After(r.report.Observed) {
		return r.rest.At
	}
	return r.report.Observed
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
