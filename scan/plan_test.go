package scan

import (
	"testing"
	"time"

	"lockscope/scan/notify"
)

// A directory that makes events is passed over, but for its turn, or where there is a reason to look.
func TestPlan(t *testing.T) {
	const poll = 7
	makesEvents := func(ino uint64) *record {
		r := &record{report: lookedAt(0, named), watch: &notify.Watch{}, followed: true, due: due{firstLook.Add(time.Hour), toRefresh}}
		r.report.Evidence.Dir.Ino = ino
		return r
	}
	for _, test := range []struct {
		name    string
		rec     *record
		todo    batch
		after   time.Duration // after the first look
		purpose purpose
		skip    bool
	}{
		{"nothing is known", nil, batch{all: true}, 0, toLearn, false},
		{"it makes events", makesEvents(1), batch{all: true}, 0, toConfirm, true},
		{"it makes events, in a walk", makesEvents(1), batch{all: true, walk: true}, 0, toConfirm, true},
		{"its turn", makesEvents(3), batch{all: true}, 0, toConfirm, false},
		{"events may have been lost", makesEvents(1), batch{all: true, complete: true}, 0, toConfirm, false},
		{"it is due", makesEvents(1), batch{all: true}, time.Hour, toRefresh, false},
		{"asked for all", makesEvents(1), batch{all: true, afresh: true}, 0, onRequest, false},
		{"not watched", func() *record { r := makesEvents(1); r.watch = nil; return r }(), batch{all: true}, 0, toPoll, false},
		{"not followed", func() *record { r := makesEvents(1); r.followed = false; return r }(), batch{all: true}, 0, toPoll, false},
	} {
		r := &round{m: &Monitor{polls: poll, turns: 10}, todo: test.todo, start: firstLook.Add(test.after)}
		if p := r.plan(test.rec); p.purpose != test.purpose || p.skip != test.skip {
			t.Errorf("%s: purpose %d, skip %t; want %d, %t", test.name, p.purpose, p.skip, test.purpose, test.skip)
		}
	}
}

// A poll takes its share of a processor, and each directory is looked at once in five minutes at least.
func TestNextTurns(t *testing.T) {
	for _, test := range []struct {
		turns, want    int
		took, interval time.Duration
	}{
		{1, 1, time.Millisecond, time.Second},
		{1, 2, 2 * time.Millisecond, time.Second},
		{4, 8, 5 * time.Millisecond, 4 * time.Second},
		{1, 30, 60 * time.Millisecond, 4 * time.Second},
		{100, 0, time.Second, 2 * time.Second},
		{37, 74, 2 * time.Millisecond, 2 * time.Second},
		{38, 0, 2 * time.Millisecond, 2 * time.Second},
		{0, 0, 200 * time.Microsecond, 2 * time.Second},
		{0, 0, time.Second, 2 * time.Second},
		{0, 37, 100 * time.Microsecond, 2 * time.Second},
		{8, 8, 500 * time.Microsecond, time.Second},
		{8, 4, 200 * time.Microsecond, time.Second},
		{1, 1, 0, time.Second},
		{1, 1, time.Minute, time.Hour},
		{2, 2000, time.Second, 0},
	} {
		if got := nextTurns(test.turns, test.took, test.interval); got != test.want {
			t.Errorf("%d turns, a poll took %v at %v: %d, want %d", test.turns, test.took, test.interval, got, test.want)
		}
	}
}
