package scan

import (
	"testing"
	"time"

	"lockscope/lock"
	"lockscope/scan/observe"
	"lockscope/scan/report"
)

// moving is what a look finds that could not ask for the lock.
func moving(ev *report.Evidence) {
	noPidfile(ev)
	ev.Holders, ev.Lock.State, ev.Lock.Err = nil, lock.LockUnknown, report.ErrMoving
}

// applyMoving applies such a look, after which the directory is to be looked at again in half a second.
func (r *record) applyMoving(after time.Duration, changes ...func(*report.Evidence)) *report.Change {
	at := firstLook.Add(after)
	r.rest = &observe.Rest{At: at, Again: at.Add(time.Second / 2)}
	return r.apply(lookedAt(after, append([]func(*report.Evidence){moving}, changes...)...))
}

// A verdict that stands is kept while something moves, and goes when it has moved for too long.
func TestVerdictIsKept(t *testing.T) {
	var r record
	r.apply(lookedAt(0, named))
	stood := r.report
	for _, after := range []time.Duration{time.Second, time.Minute, time.Minute + restWithin - 1} {
		if after == time.Minute {
			r.apply(lookedAt(time.Minute-1, named)) // the wait begins anew
			stood = r.report
		}
		if change := r.applyMoving(after); change != nil || r.report != stood {
			t.Errorf("after %v: %+v", after, change)
		}
		if want := (due{firstLook.Add(after + time.Second/2), toSettle}); r.due != want {
			t.Errorf("after %v: due %+v", after, r.due)
		}
		if r.lastLook() != firstLook.Add(after) {
			t.Errorf("looked at last %v, want %v", r.lastLook(), after)
		}
	}
	change := r.applyMoving(time.Minute + restWithin)
	if want := (report.Verdict{State: report.Unknown, Reasons: report.Reasons(0).With(report.Changing)}); change == nil ||
		change.From != report.Held || r.report.Verdict != want || r.report.Checking || r.resting != nil {
		t.Errorf("%+v, %+v", change, r.report)
	}
}

// Where there is no verdict yet, none is told until the lock is asked for, or it has moved for too long.
func TestVerdictWaitsForRest(t *testing.T) {
	var r record
	if change := r.applyMoving(0); change == nil || !change.New || !r.report.Checking || r.resting == nil {
		t.Errorf("%+v, %+v", change, r.report)
	}
	if change := r.applyMoving(time.Second); change != nil || !r.report.Checking {
		t.Errorf("the same again: %+v", change)
	}
	r.rest = nil
	if change := r.apply(lookedAt(2*time.Second, named)); change == nil || r.report.Verdict.State != report.Held || r.resting != nil {
		t.Errorf("%+v, %+v", change, r.report)
	}

	r = record{}
	r.applyMoving(0)
	r.applyMoving(restWithin)
	if r.report.Checking || r.report.Verdict.State != report.Unknown || !r.report.Verdict.Reasons.Has(report.Changing) {
		t.Errorf("%+v", r.report)
	}
}

// A daemon that acquires and releases all the time is not unknown where some look found that it held the lock.
func TestVerdictOnALoop(t *testing.T) {
	for _, first := range []func(*record){
		func(r *record) { r.apply(lookedAt(0, noPidfile)) },
		func(r *record) { r.applyMoving(0, func(ev *report.Evidence) { ev.OpenElsewhere = true }) },
	} {
		var r record
		first(&r)
		var after time.Duration
		for look := 1; r.report.Checking; look++ {
			after = r.due.at.Sub(firstLook)
			if after > 2*restWithin {
				t.Fatal("no verdict")
			}
			r.applyMoving(after, func(ev *report.Evidence) {
				ev.Pidfile.ID.Ino, ev.OpenElsewhere = uint64(look), r.report.Evidence.OpenElsewhere
			})
		}
		if want := (report.Verdict{State: report.Held, Reasons: report.Reasons(0).With(report.Changing)}); r.report.Verdict != want {
			t.Errorf("%v after %v", r.report.Verdict, after)
		}
	}
}

// What waits for a rest is looked at when it is over, also without an interval. It holds up neither polls nor
// walks.
func TestAgendaOfResting(t *testing.T) {
	now := firstLook
	rec := &record{report: lookedAt(0), resting: &resting{}, due: due{now.Add(time.Second), toSettle}}
	for _, interval := range []time.Duration{0, time.Hour} {
		a := agenda{interval: interval, polled: now, walked: now, ended: now}
		a.noteSettling(rec)
		if !a.isSettled() || a.isComplete() {
			t.Errorf("settled %t, complete %t", a.isSettled(), a.isComplete())
		}
		if todo, at, ok := a.next(now); ok || !at.Equal(rec.due.at) {
			t.Errorf("%+v at %v", todo, at)
		}
		if todo, _, ok := a.next(rec.due.at); !ok || len(todo.some) != 1 || todo.some[0] != rec || !todo.afresh || todo.settle {
			t.Errorf("%+v", todo)
		}
		a.asked.walk = true
		if todo, _, ok := a.next(now); !ok || !todo.walk {
			t.Errorf("%+v", todo)
		}
		again := *rec
		again.resting = nil
		a.resting = map[*record]bool{&again: true}
		if a.noteSettling(&again); !a.isComplete() {
			t.Error("it rests, and is waited for")
		}
	}
}
