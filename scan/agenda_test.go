package scan

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"lockscope/scan/report"
)

// The agenda says what is to be done now or when there will be something. In each case here an interval of
// a second is kept, the last poll began 100 ms ago and took no time, and the last walk ended a second ago,
// but for what the case says.
func TestAgendaNext(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	in := func(d time.Duration) time.Time { return now.Add(d) }

	known, other := &record{path: "known"}, &record{path: "other"}
	gone := &record{path: "gone", gone: true}
	overdue := &record{path: "overdue", settling: &settling{}, due: due{ago(secondLookAfter), toSettle}}
	first := &record{path: "first", settling: &settling{}, due: due{in(-time.Millisecond), toSettle}}
	second := &record{path: "second", settling: &settling{}, due: due{now, toSettle}}
	later := &record{path: "later", settling: &settling{}, due: due{in(50 * time.Millisecond), toSettle}}
	set := func(records ...*record) map[*record]bool {
		m := map[*record]bool{}
		for _, r := range records {
			m[r] = true
		}
		return m
	}
	askFor := func(a *agenda, records ...*record) { a.asked.some, a.asked.records = true, set(records...) }
	never := time.Time{}

	for _, test := range []struct {
		name string
		but  func(*agenda)
		todo *batch    // what is to be done now; nil if nothing is
		at   time.Time // else when there will be
	}{
		// Polls.
		{"poll is not due", func(a *agenda) {}, nil, in(900 * time.Millisecond)},
		{"poll is due", func(a *agenda) { a.polled = ago(time.Second) }, &batch{all: true}, never},
		{"poll is overdue", func(a *agenda) { a.polled = ago(time.Hour) }, &batch{all: true}, never},
		{"rest after a poll that took 100 ms", func(a *agenda) { a.polled, a.pollTook = ago(time.Second), 100*time.Millisecond },
			nil, in(time.Second)},
		{"poll after that rest", func(a *agenda) { a.polled, a.pollTook = ago(2*time.Second), 100*time.Millisecond },
			&batch{all: true}, never},
		{"rest after a round that has just ended", func(a *agenda) { a.polled, a.ended = ago(time.Hour), now },
			nil, in(250 * time.Millisecond)},
		{"no interval", func(a *agenda) { a.interval, a.polled, a.walked = 0, ago(time.Hour), ago(time.Hour) }, nil, never},

		// Walks, which are made with a poll.
		{"walk is due, poll is not", func(a *agenda) { a.walked = ago(time.Hour) }, nil, in(900 * time.Millisecond)},
		{"walk is due with a poll", func(a *agenda) { a.polled, a.walked = ago(time.Second), ago(walkEvery+1) },
			&batch{all: true, walk: true}, never},
		{"rest after a walk that took 2 s", func(a *agenda) { a.polled, a.walked, a.walkTook = ago(time.Second), ago(38*time.Second), 2*time.Second },
			&batch{all: true}, never},
		{"walk after that rest", func(a *agenda) {
			a.polled, a.walked, a.walkTook = ago(time.Second), ago(38*time.Second+1), 2*time.Second
		}, &batch{all: true, walk: true}, never},

		// Requests.
		{"asked for all", func(a *agenda) { a.asked.all = true }, &batch{all: true, afresh: true}, never},
		{"asked for all without an interval", func(a *agenda) { a.interval, a.asked.all = 0, true }, &batch{all: true, afresh: true}, never},
		{"asked for all when a walk is due", func(a *agenda) { a.asked.all, a.walked = true, ago(time.Hour) },
			&batch{all: true, afresh: true, walk: true}, never},
		{"asked for a walk", func(a *agenda) { a.asked.all, a.asked.walk = true, true }, &batch{all: true, afresh: true, walk: true}, never},
		{"asked for some", func(a *agenda) { askFor(a, known, other) }, &batch{some: []*record{known, other}, afresh: true}, never},
		{"asked for some without an interval", func(a *agenda) { a.interval = 0; askFor(a, known) }, &batch{some: []*record{known}, afresh: true}, never},
		{"asked for some that nobody knows", func(a *agenda) { askFor(a) }, &batch{afresh: true}, never},
		{"asked for one that is gone by now", func(a *agenda) { askFor(a, known, gone) }, &batch{some: []*record{known}, afresh: true}, never},

		// Second looks, all together, before anything but what was asked of some.
		{"second look is not due", func(a *agenda) { a.unsettled = set(later) }, nil, in(50 * time.Millisecond)},
		{"second look is due", func(a *agenda) { a.unsettled = set(first) }, &batch{some: []*record{first}, settle: true}, never},
		{"second looks are due", func(a *agenda) { a.unsettled = set(first, second) }, &batch{some: []*record{first, second}, settle: true}, never},
		{"second look waits for the last", func(a *agenda) { a.unsettled = set(first, second, later) }, nil, in(50 * time.Millisecond)},
		{"second look waits for no more than come soon", func(a *agenda) { a.unsettled = set(overdue, first, later) },
			&batch{some: []*record{overdue, first}, settle: true}, never},
		{"second look without an interval", func(a *agenda) { a.interval, a.unsettled = 0, set(first) },
			&batch{some: []*record{first}, settle: true}, never},
		{"poll waits for a second look", func(a *agenda) { a.unsettled, a.polled = set(later), ago(time.Hour) }, nil, in(50 * time.Millisecond)},
		{"walk waits for a second look", func(a *agenda) { a.unsettled, a.asked.all, a.asked.walk = set(later), true, true },
			nil, in(50 * time.Millisecond)},
		{"asked for some beside a second look", func(a *agenda) { a.unsettled = set(later); askFor(a, known) },
			&batch{some: []*record{known}, afresh: true}, never},
		{"asked for one that awaits its second look", func(a *agenda) { a.unsettled = set(later); askFor(a, known, later) },
			&batch{some: []*record{known}, afresh: true}, never},

		// What moved is looked at as soon as it may be, beside everything but second looks that are due.
		{"something moved", func(a *agenda) { a.moved = map[*record]time.Time{known: now} }, &batch{some: []*record{known}, afresh: true}, never},
		{"something moved that was looked at just now", func(a *agenda) { a.moved = map[*record]time.Time{known: in(50 * time.Millisecond)} },
			nil, in(50 * time.Millisecond)},
		{"something moved, and something else is not due", func(a *agenda) {
			a.moved = map[*record]time.Time{known: ago(1), other: in(50 * time.Millisecond)}
		}, &batch{some: []*record{known}, afresh: true}, never},
		{"something moved without an interval", func(a *agenda) { a.interval, a.moved = 0, map[*record]time.Time{known: now} }, nil, never},
		{"something moved, and the lock table took 5 ms", func(a *agenda) {
			a.moved = map[*record]time.Time{known: now}
			a.noteTable(5*time.Millisecond, now)
		}, nil, in(95 * time.Millisecond)},
		{"something moved after that rest", func(a *agenda) {
			a.moved = map[*record]time.Time{known: now}
			a.noteTable(5*time.Millisecond, ago(95*time.Millisecond))
		}, &batch{some: []*record{known}, afresh: true}, never},
		{"something moved, and no lock table was read", func(a *agenda) {
			a.moved = map[*record]time.Time{known: now}
			a.noteTable(0, now)
		}, &batch{some: []*record{known}, afresh: true}, never},
		{"second look is due, and the lock table took 5 ms", func(a *agenda) {
			a.unsettled = set(first)
			a.noteTable(5*time.Millisecond, now)
		}, nil, in(95 * time.Millisecond)},
		{"something moved that is gone", func(a *agenda) { a.moved = map[*record]time.Time{gone: now} }, nil, in(900 * time.Millisecond)},
		{"something moved that awaits its second look", func(a *agenda) {
			a.unsettled, a.moved = set(later), map[*record]time.Time{later: now}
		}, nil, in(50 * time.Millisecond)},
		{"something moved while another awaits its second look", func(a *agenda) {
			a.unsettled, a.moved = set(later), map[*record]time.Time{known: now}
		}, &batch{some: []*record{known}, afresh: true}, never},
		{"something moved while another awaits its second look, and a poll that", func(a *agenda) {
			a.unsettled, a.polled, a.moved = set(later), ago(time.Second), map[*record]time.Time{known: now}
		}, nil, in(50 * time.Millisecond)},
		{"something moved while another awaits its second look, and who asked for all that", func(a *agenda) {
			a.unsettled, a.asked.all, a.moved = set(later), true, map[*record]time.Time{known: now}
		}, nil, in(50 * time.Millisecond)},
		{"something moved when a poll is due", func(a *agenda) { a.polled, a.moved = ago(time.Second), map[*record]time.Time{known: now} },
			&batch{all: true}, never},
		{"anything may have moved", func(a *agenda) { a.allMoved = true }, &batch{all: true, complete: true}, never},
		{"anything may have moved after a poll that took long", func(a *agenda) { a.allMoved, a.pollTook = true, 20*time.Millisecond },
			nil, in(300 * time.Millisecond)},
		{"anything may have moved without an interval", func(a *agenda) { a.interval, a.allMoved = 0, true }, nil, never},
		{"something moved in the tree", func(a *agenda) { a.treeMoved = true }, &batch{all: true, walk: true}, never},
		{"something moved in a tree that takes long", func(a *agenda) { a.treeMoved, a.walkTook = true, 60*time.Millisecond },
			nil, in(restFactor*60*time.Millisecond - time.Second)},
		{"something moved in the tree without an interval", func(a *agenda) { a.interval, a.treeMoved = 0, true }, nil, never},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := agenda{interval: time.Second, polled: ago(100 * time.Millisecond), walked: ago(time.Second)}
			test.but(&a)
			todo, at, ok := a.next(now)
			switch {
			case ok != (test.todo != nil):
				t.Errorf("%+v at %v: %t", todo, at.Sub(now), ok)
			case ok:
				wantBatch(t, todo, *test.todo)
			case !at.Equal(test.at):
				t.Errorf("at %v, want %v", at, test.at)
			}
		})
	}
}

// wantBatch compares batches. The order of the records does not matter.
func wantBatch(t *testing.T, got, want batch) {
	t.Helper()
	byPath := func(a, b *record) int { return cmp.Compare(a.path, b.path) }
	slices.SortFunc(got.some, byPath)
	slices.SortFunc(want.some, byPath)
	if !slices.Equal(got.some, want.some) || got.walk != want.walk || got.all != want.all || got.complete != want.complete || got.afresh != want.afresh || got.settle != want.settle {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// What was asked for is done once, each thing in its turn.
func TestAgendaAskedOnce(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	known, unstable := &record{path: "known"}, &record{path: "unstable", settling: &settling{}, due: due{now.Add(secondLookAfter), toSettle}}
	a := agenda{walked: now, asked: request{walk: true, all: true, some: true}}
	a.asked.add(known)
	a.asked.add(known)
	a.noteSettling(unstable)
	next := func(want batch) {
		t.Helper()
		todo, _, ok := a.next(now)
		if !ok {
			t.Fatalf("nothing is to be done, want %+v", want)
		}
		wantBatch(t, todo, want)
	}
	next(batch{some: []*record{known}, afresh: true})
	a.asked.some = true
	next(batch{afresh: true})
	if todo, at, ok := a.next(now); ok || !at.Equal(unstable.due.at) {
		t.Fatalf("%+v at %v, want a second look at %v", todo, at, unstable.due.at)
	}
	now = now.Add(secondLookAfter)
	next(batch{some: []*record{unstable}, settle: true})
	unstable.settling = nil
	a.noteSettling(unstable)
	next(batch{walk: true, all: true, afresh: true})
	if todo, at, ok := a.next(now); ok || !at.IsZero() {
		t.Errorf("%+v at %v, want nothing ever", todo, at)
	}
}

// A directory is looked at again until its verdict stands, or it is gone.
func TestAgendaNote(t *testing.T) {
	var a agenda
	r := &record{settling: &settling{}}
	for _, test := range []struct {
		name    string
		change  func()
		settled bool
	}{
		{"it awaits a look", func() {}, false},
		{"and another", func() {}, false},
		{"its verdict stands", func() { r.settling = nil }, true},
		{"it does not any more", func() { r.settling = &settling{} }, false},
		{"it is gone", func() { r.gone = true }, true},
	} {
		test.change()
		a.noteSettling(r)
		if a.isSettled() != test.settled {
			t.Errorf("%s: settled is %t", test.name, !test.settled)
		}
	}
}

// What moved is not forgotten for a poll, which may pass it over.
func TestAgendaPollKeepsMoved(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	moved := &record{path: "moved"}
	a := agenda{interval: time.Second, walked: now, moved: map[*record]time.Time{moved: now}}
	if todo, _, ok := a.next(now); !ok || !todo.all {
		t.Fatalf("%+v, want a poll", todo)
	}
	a.polled, a.ended = now, now
	todo, _, _ := a.next(now)
	wantBatch(t, todo, batch{some: []*record{moved}, afresh: true})
}

// However often something moves, polls come: only they and their second looks make the next one rest.
func TestAgendaPollsAmongMoves(t *testing.T) {
	began := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	loop, unsettled := &record{path: "loop"}, &record{path: "unsettled", settling: &settling{}}
	a := agenda{interval: time.Second, polled: began, walked: began, ended: began}
	for now := began; ; now = now.Add(secondLookAfter) {
		if now.Sub(began) > 2*a.interval {
			t.Fatalf("no poll in %v", now.Sub(began))
		}
		a.moved = map[*record]time.Time{loop: now}
		todo, _, ok := a.next(now)
		if todo.all {
			break
		}
		if !ok {
			continue
		}
		switch { // each look at what moved brings a second one
		case todo.settle:
			unsettled.settling = nil
		default:
			unsettled.settling, unsettled.due = &settling{}, due{now.Add(secondLookAfter), toSettle}
		}
		a.noteSettling(unsettled)
		a.noteEnd(todo, now)
	}

	a.noteEnd(batch{all: true}, began)
	a.noteSettling(&record{settling: &settling{}})
	a.noteEnd(batch{all: true}, began)
	a.noteEnd(batch{settle: true}, began.Add(time.Minute))
	if !a.ended.Equal(began.Add(time.Minute)) {
		t.Errorf("a poll with its second looks ended %v after it began", a.ended.Sub(began))
	}
}

// What moves during a second look is looked at after it. What moved before is seen by it.
func TestAgendaMoveDuringSecondLook(t *testing.T) {
	now := firstLook.Add(time.Minute)
	r := &record{report: lookedAt(0, named), settling: &settling{}, due: due{now, toSettle}}
	a := agenda{interval: time.Hour, walked: now, polled: now}
	for _, moves := range []bool{false, true} {
		r.settling = &settling{}
		a.noteSettling(r)
		a.move(r, now)
		todo, _, _ := a.next(now)
		wantBatch(t, todo, batch{some: []*record{r}, settle: true})
		if moves {
			a.move(r, now)
		}
		r.settling = nil
		a.noteSettling(r)
		if todo, _, ok := a.next(now.Add(moveEvery)); ok != moves {
			t.Errorf("moved during the look %t: %t, %+v", moves, ok, todo)
		}
	}
}

// Without an interval nothing is kept of what moves. With the next one, everything is looked at.
func TestAgendaMoveWithoutInterval(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	a := agenda{polled: now.Add(-time.Hour), walked: now}
	a.move(&record{path: "moves", report: &report.Report{}}, now)
	if todo, at, ok := a.next(now); ok || !at.IsZero() || len(a.moved) != 0 {
		t.Errorf("%+v at %v, %v; %d are kept", todo, at, ok, len(a.moved))
	}
	a.interval = time.Second
	if todo, _, ok := a.next(now); !ok || !todo.all || !todo.complete {
		t.Errorf("with an interval: %+v, %v", todo, ok)
	}
}
