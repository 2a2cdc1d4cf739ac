package scan

import (
	"testing"
	"time"

	"lockscope/lock"
	"lockscope/scan/report"
)

// These change what glimpse sees, which is a lock that another holds than the pidfile names.

// named makes the holder the one whom the pidfile names.
func named(ev *report.Evidence) { ev.Pidfile.PID = ev.Holders[0].Process.PID }

func unseen(ev *report.Evidence) { ev.Holders = nil }

func free(ev *report.Evidence) { noPidfile(ev); ev.Holders = nil; ev.Lock.State = lock.LockFree }

func layer(ev *report.Evidence) { ev.Err, ev.OverlayMount = report.ErrNotSeen, "/merged" }

func replaced(ev *report.Evidence) { ev.Lock.ID.Ino++ }

func deleted(ev *report.Evidence) { ev.Holders[0].Deleted = true }

// firstLook is when the directory of these tests is looked at first.
var firstLook = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// lookedAt is what a look at it found, so long after the first.
func lookedAt(after time.Duration, changes ...func(*report.Evidence)) *report.Report {
	return &report.Report{Path: "/srv/kv", Observed: firstLook.Add(after), Evidence: *glimpse(changes...)}
}

// wantRecord checks the state of a record.
func wantRecord(t *testing.T, r *record, state report.State, checking bool, want due) {
	t.Helper()
	if r.report.Verdict.State != state || r.report.Checking != checking || (r.settling != nil) != checking {
		t.Errorf("%v, checking %t, settling %t; want %v, %t", r.report.Verdict.State, r.report.Checking, r.settling != nil, state, checking)
	}
	if !r.due.at.Equal(want.at) || r.due.purpose != want.purpose {
		t.Errorf("due %v after the first look for %d, want %v for %d", r.due.at.Sub(firstLook), r.due.purpose, want.at.Sub(firstLook), want.purpose)
	}
}

// dueIn is so long after a look, where refreshes are put together.
func dueIn(observed time.Time, after time.Duration) time.Time {
	at := observed.Add(after)
	if after == refreshEvery || after == refreshTogether {
		return together(at)
	}
	return at
}

// What is to be refreshed within half a minute is refreshed at one time, and nothing later than it was to be.
func TestTogether(t *testing.T) {
	for after, want := range map[time.Duration]time.Duration{
		0: 0, 1: 0, refreshTogether - 1: 0, refreshTogether: refreshTogether, 2*refreshTogether + 1: 2 * refreshTogether,
	} {
		if got := together(epoch.Add(after)).Sub(epoch); got != want {
			t.Errorf("%v is brought forward to %v, want %v", after, got, want)
		}
	}
}

// One look follows the other; of each is told what is new in it.
func TestApply(t *testing.T) {
	type step struct {
		after    time.Duration // the first look
		finds    []func(*report.Evidence)
		told     bool         // a change is
		from     report.State // which the change says
		state    report.State
		checking bool
		due      time.Duration // after this look
		why      purpose
	}
	finds := func(changes ...func(*report.Evidence)) []func(*report.Evidence) { return changes }
	const minute = time.Minute
	if secondLookAfter < 100*time.Millisecond {
		t.Errorf("two looks %v apart may fall into one moment of the protocol", secondLookAfter)
	}
	for name, steps := range map[string][]step{
		"nothing changes": {
			{0, finds(named), true, 0, report.Held, false, refreshEvery, toRefresh},
			{minute, finds(named), false, 0, report.Held, false, refreshEvery, toRefresh},
		},
		"it is given up": {
			{0, finds(named), true, 0, report.Held, false, refreshEvery, toRefresh},
			{minute, finds(free), true, report.Held, report.Free, false, refreshEvery, toRefresh},
			{2 * minute, finds(free), false, 0, report.Free, false, refreshEvery, toRefresh},
		},
		"another holder, the same verdict": {
			{0, finds(named), true, 0, report.Held, false, refreshEvery, toRefresh},
			{minute, finds(func(ev *report.Evidence) { ev.Holders[0].Process.PID = 4 }, named), true, report.Held, report.Held, false, refreshEvery, toRefresh},
		},
		"a verdict takes two looks that agree": {
			{0, finds(noPidfile), true, 0, report.Unnamed, true, secondLookAfter, toSettle},
			{secondLookAfter, finds(noPidfile), true, report.Unnamed, report.Unnamed, false, refreshEvery, toRefresh},
			{minute, finds(noPidfile), true, report.Unnamed, report.Unnamed, true, secondLookAfter, toSettle},
			{minute + secondLookAfter, finds(noPidfile), true, report.Unnamed, report.Unnamed, false, refreshEvery, toRefresh},
		},
		"and not two that do not": {
			{0, finds(), true, 0, report.Mismatch, true, secondLookAfter, toSettle},
			{secondLookAfter, finds(replaced), true, report.Mismatch, report.Mismatch, true, secondLookAfter, toSettle},
			{2 * secondLookAfter, finds(replaced), true, report.Mismatch, report.Mismatch, false, refreshEvery, toRefresh},
		},
		"it was a moment of an acquire": {
			{0, finds(free), true, 0, report.Free, false, refreshEvery, toRefresh},
			{minute, finds(noPidfile), true, report.Free, report.Unnamed, true, secondLookAfter, toSettle},
			{minute + secondLookAfter, finds(named), true, report.Unnamed, report.Held, false, refreshEvery, toRefresh},
		},
		"the end of a holder that cannot be seen changes nothing": {
			{0, finds(unseen), true, 0, report.Held, true, secondLookAfter, toSettle},
			{secondLookAfter, finds(unseen), true, report.Held, report.Held, false, walkEvery, toRefresh},
		},
		"an overlay of which it is a layer, mounted elsewhere, is unmounted without an event": {
			{0, finds(free, layer), true, 0, report.Unknown, false, walkEvery, toRefresh},
			{walkEvery, finds(free), true, report.Unknown, report.Free, false, refreshEvery, toRefresh},
		},
		"the lock file is another one: who holds the former?": {
			{0, finds(named), true, 0, report.Held, false, refreshEvery, toRefresh},
			{minute, finds(named, replaced), true, report.Held, report.Held, true, secondLookAfter, toSettle},
			{minute + secondLookAfter, finds(named, replaced), true, report.Held, report.Held, false, refreshEvery, toRefresh},
		},
		"it is another one again": {
			{0, finds(named), true, 0, report.Held, false, refreshEvery, toRefresh},
			{minute, finds(named, replaced), true, report.Held, report.Held, true, secondLookAfter, toSettle},
			{minute + secondLookAfter, finds(named, replaced, replaced), true, report.Held, report.Held, true, secondLookAfter, toSettle},
			{minute + 2*secondLookAfter, finds(named, replaced, replaced), true, report.Held, report.Held, false, refreshEvery, toRefresh},
		},
		"it is known who holds the former": {
			{0, finds(named), true, 0, report.Held, false, refreshEvery, toRefresh},
			{minute, finds(deleted, replaced), true, report.Held, report.Split, false, refreshEvery, toRefresh},
		},
		"a search tells who holds it": {
			{0, finds(named), true, 0, report.Held, false, refreshEvery, toRefresh},
			{minute, finds(free, replaced), true, report.Held, report.Free, true, secondLookAfter, toSettle},
			{minute + secondLookAfter, finds(deleted, replaced), true, report.Free, report.Split, false, refreshEvery, toRefresh},
		},
		"it looks sound again: are all former holders gone?": {
			{0, finds(deleted), true, 0, report.Split, false, refreshEvery, toRefresh},
			{minute, finds(named), true, report.Split, report.Held, true, secondLookAfter, toSettle},
			{minute + secondLookAfter, finds(named), true, report.Held, report.Held, false, refreshEvery, toRefresh},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var r record
			for i, step := range steps {
				found := lookedAt(step.after, step.finds...)
				if i == 0 {
					found.Evidence.Dir.Ino = 0 // else the first refresh is spread further: see below
				}
				change := r.apply(found)
				t.Logf("look %d: %+v", i+1, change)
				if r.report != found {
					t.Error("the record keeps another report")
				}
				if (change != nil) != step.told || change != nil && (change.Report != found || change.New != (i == 0) || change.From != step.from) {
					t.Errorf("look %d tells %+v, want one: %t, from %v", i+1, change, step.told, step.from)
				}
				if i == 0 && step.due == refreshEvery {
					step.due = refreshTogether
				}
				wantRecord(t, &r, step.state, step.checking, due{dueIn(found.Observed, step.due), step.why})
			}
		})
	}
}

// What differs at each look is said to be changing in the end, and is a healthy state.
func TestApplyChanging(t *testing.T) {
	var r record
	for look := range 2 * maxLooks {
		after := time.Duration(look) * secondLookAfter
		change := r.apply(lookedAt(after, func(ev *report.Evidence) { ev.Pidfile.ID.Ino += uint64(look) }))
		if change == nil {
			t.Fatalf("look %d tells nothing", look+1)
		}
		if last := look+1 == 2*maxLooks; !last {
			wantRecord(t, &r, report.Mismatch, true, due{firstLook.Add(after + secondLookAfter), toSettle})
		} else {
			wantRecord(t, &r, report.Held, false, due{dueIn(firstLook.Add(after), refreshEvery), toRefresh})
		}
	}
	if want := (report.Verdict{State: report.Held, Reasons: report.Reasons(0).With(report.Changing)}); r.report.Verdict != want {
		t.Errorf("%v", r.report.Verdict)
	}
}

// What a walk has found all at once is not due all at once.
func TestFirstDueIsSpread(t *testing.T) {
	at := map[time.Duration]bool{}
	for ino := range uint64(3000) {
		var r record
		r.apply(lookedAt(epoch.Sub(firstLook), named, func(ev *report.Evidence) { ev.Dir.Ino = ino }))
		at[r.due.at.Sub(epoch)] = true
	}
	for after := range at {
		if after < 0 || after > refreshEvery {
			t.Errorf("due %v after the first look", after)
		}
	}
	if len(at) < int(refreshEvery/refreshTogether)-1 {
		t.Errorf("3000 directories are due at %d times", len(at))
	}
}

// A verdict that stands is taken back where a process is found that holds a lock file which the directory had.
func TestRetract(t *testing.T) {
	now := firstLook.Add(time.Minute)

	var r record
	r.apply(lookedAt(0, named))
	stood := r.report
	change := r.retract(now)
	if change == nil || change.New || change.From != report.Held || change.Report != r.report || r.report == stood {
		t.Fatalf("%+v", change)
	}
	if stood.Checking {
		t.Error("a report that was told has changed")
	}
	wantRecord(t, &r, report.Held, true, due{now, toSettle})
	if again := r.retract(now); again != nil {
		t.Errorf("taken back twice: %+v", again)
	}
	r.apply(lookedAt(time.Minute, named, func(ev *report.Evidence) {
		ev.Holders = append(ev.Holders, report.Holder{Process: &report.Process{PID: 9, Ticks: 9}, Deleted: true})
	}))
	if r.report.Verdict.State != report.Split || r.settling != nil {
		t.Errorf("%v", r.report.Verdict.State)
	}
	if known := r.retract(now); known != nil || r.settling != nil {
		t.Errorf("it is known to be split: %+v", known)
	}

	var awaits record
	awaits.apply(lookedAt(0, noPidfile))
	if change := awaits.retract(now); change != nil || !awaits.due.at.Equal(firstLook.Add(secondLookAfter)) {
		t.Errorf("its verdict does not stand anyway: %+v, due %v", change, awaits.due.at)
	}
}

// Where the lock file goes while a verdict does not stand yet, somebody may hold it still.
func TestLockFileGoesWhileSettling(t *testing.T) {
	had := func(ev *report.Evidence) { ev.Lock.ID = lock.FileID{Dev: 1, Ino: 2} }
	var r record
	r.apply(lookedAt(0, named, had, func(ev *report.Evidence) { ev.Holders[0].Process = &report.Process{PID: 9, Ticks: 9} }))
	wantRecord(t, &r, report.Mismatch, true, due{firstLook.Add(secondLookAfter), toSettle})
	gone := func(ev *report.Evidence) {
		ev.Lock, ev.Holders, ev.Process = lock.LockFile{State: lock.LockMissing}, nil, lock.ProcessGone
	}
	r.apply(lookedAt(time.Second, named, gone))
	wantRecord(t, &r, report.Stale, true, due{firstLook.Add(time.Second + secondLookAfter), toSettle})
	r.apply(lookedAt(2*time.Second, named, gone))
	wantRecord(t, &r, report.Stale, false, due{dueIn(firstLook.Add(2*time.Second), refreshEvery), toRefresh})
}

// Who replaces the lock file at every look does not keep its verdict from standing.
func TestLockFileReplacedAllTheTime(t *testing.T) {
	var r record
	for n := range uint64(3 + maxBegun) {
		r.apply(lookedAt(time.Duration(n)*time.Second, named, func(ev *report.Evidence) { ev.Lock.ID = lock.FileID{Dev: 1, Ino: 2 + n} }))
		if checks := n > 0 && n <= 1+maxBegun; r.report.Checking != checks {
			t.Errorf("look %d: checking %t", n, r.report.Checking)
		}
	}
}

// In confirmPolls polls each directory has one turn, and they are not all in the same.
func TestIsTurn(t *testing.T) {
	turns := make([]int, confirmPolls) // by poll
	for ino := range uint64(100) {
		r := record{report: lookedAt(0, named, func(ev *report.Evidence) { ev.Dir.Ino = ino })}
		n := 0
		for poll := range turns {
			if r.isTurn(7+poll, confirmPolls) {
				turns[poll]++
				n++
			}
		}
		if n != 1 {
			t.Errorf("inode %d has %d turns", ino, n)
		}
	}
	for poll, n := range turns {
		if n != 100/confirmPolls {
			t.Errorf("poll %d is the turn of %d", poll, n)
		}
	}
}

// Only to see whether anything has changed a directory is not observed afresh.
func TestWhyObserves(t *testing.T) {
	for why, want := range map[purpose]bool{toPoll: false, toConfirm: false, toRefresh: true, toSettle: true, onRequest: true, toLearn: true} {
		if why.observes() != want {
			t.Errorf("%d: %t", why, !want)
		}
	}
}

// While something moves all the time, looks become rarer, and soon again after it has ended.
func TestMayLook(t *testing.T) {
	r := record{report: lookedAt(0)}
	for _, step := range []struct{ moved, want time.Duration }{ // after the last look
		{time.Millisecond, moveEvery},
		{time.Millisecond, 2 * moveEvery},
		{0, 4 * moveEvery},
		{3 * moveEvery, 8 * moveEvery},
		{0, 16 * moveEvery},
		{0, moveRarely},
		{0, moveRarely},
		{moveRarely + 1, moveRarely + 1},
		{0, moveRarely},
		{2*moveRarely + 1, 2*moveRarely + 1},
		{0, moveEvery},
	} {
		if got := r.mayLook(firstLook.Add(step.moved)).Sub(firstLook); got != step.want {
			t.Errorf("%v after a look: %v, want %v", step.moved, got, step.want)
		}
	}
}
