package scan

import (
	"testing"
	"time"

	"lockscope/lock"
	"lockscope/scan/notify"
	"lockscope/scan/report"
)

// A state has been so since it was seen to begin: by an event, or else by a look. A look that finds the same
// again, or something else that did not last, changes nothing of that.
func TestSince(t *testing.T) {
	type step struct {
		moved, looked time.Duration // after the first look; moved 0: nothing was
		finds         func(*report.Evidence)
		state         report.State
		checking      bool
		since         time.Duration
		atLeast       bool
	}
	held := func(written time.Duration) func(*report.Evidence) {
		return func(ev *report.Evidence) {
			named(ev)
			ev.Pidfile.ID.MTime = firstLook.Add(written).UnixNano()
			ev.Process = lock.ProcessAlive
		}
	}
	stale := func(ev *report.Evidence) {
		ev.Holders, ev.Lock.State, ev.Process = nil, lock.LockFree, lock.ProcessGone
	}
	split := func(ev *report.Evidence) {
		named(ev)
		ev.Holders = append(ev.Holders, report.Holder{Process: &report.Process{PID: 9, Ticks: 9}, Deleted: true})
	}
	noAnswer := func(ev *report.Evidence) { ev.Err = report.NoAnswer(time.Second) }
	const s = time.Second
	for name, steps := range map[string][]step{
		"free at the first look": {
			{0, 0, free, report.Free, false, 0, true},
			{0, 9 * s, free, report.Free, false, 0, true},
		},
		"held since the pidfile was written": {
			{0, 0, held(-60 * s), report.Held, false, -60 * s, false},
			{0, 9 * s, held(-60 * s), report.Held, false, -60 * s, false},
		},
		"a daemon dies, and an event tells": {
			{0, 0, held(-60 * s), report.Held, false, -60 * s, false},
			{5 * s, 6 * s, stale, report.Stale, false, 5 * s, false},
			{7 * s, 8 * s, stale, report.Stale, false, 5 * s, false},
		},
		"a daemon dies, and a poll finds it": {
			{0, 0, held(-60 * s), report.Held, false, -60 * s, false},
			{0, 6 * s, stale, report.Stale, false, 6 * s, false},
		},
		"what moved after the look belongs to the next one": {
			{0, 0, held(-60 * s), report.Held, false, -60 * s, false},
			{7 * s, 6 * s, held(-60 * s), report.Held, false, -60 * s, false},
			{0, 8 * s, stale, report.Stale, false, 7 * s, false},
		},
		"another holder": {
			{0, 0, held(-60 * s), report.Held, false, -60 * s, false},
			{5 * s, 6 * s, held(4 * s), report.Held, false, 4 * s, false},
		},
		"another holder, whose pidfile has an old time": {
			{0, 0, held(-60 * s), report.Held, false, -60 * s, false},
			{5 * s, 6 * s, held(-90 * s), report.Held, false, 5 * s, false},
		},
		"the pidfile is touched": {
			{0, 0, held(-60 * s), report.Held, false, -60 * s, false},
			{0, 6 * s, held(5 * s), report.Held, false, -60 * s, false},
			{7 * s, 8 * s, held(7 * s), report.Held, false, 7 * s, false},
		},
		"held, while it was not seen for a moment": {
			{0, 0, held(-60 * s), report.Held, false, -60 * s, false},
			{0, 6 * s, noAnswer, report.Unknown, false, 6 * s, false},
			{0, 8 * s, noAnswer, report.Unknown, false, 6 * s, false},
			{9 * s, 10 * s, held(-60 * s), report.Held, false, -60 * s, false},
		},
		"anything else, after it was not seen for a moment": {
			{0, 0, free, report.Free, false, 0, true},
			{0, 6 * s, noAnswer, report.Unknown, false, 6 * s, false},
			{0, 9 * s, free, report.Free, false, 9 * s, true},
		},
		"it moved for long before it was seen": {
			{0, 0, held(-60 * s), report.Held, false, -60 * s, false},
			{5 * s, 0, nil, 0, false, 0, false},
			{50 * s, 51 * s, stale, report.Stale, false, 50 * s, true},
		},
		"held, which took a second look": {
			{0, 0, free, report.Free, false, 0, true},
			{5 * s, 6 * s, noPidfile, report.Unnamed, true, 5 * s, false},
			{0, 7 * s, held(5 * s), report.Held, false, 5 * s, false},
		},
		"a verdict that did not stand": {
			{0, 0, held(-60 * s), report.Held, false, -60 * s, false},
			{5 * s, 6 * s, noPidfile, report.Unnamed, true, 5 * s, false},
			{0, 7 * s, held(-60 * s), report.Held, false, -60 * s, false},
		},
		"a verdict that stands later": {
			{0, 0, held(-60 * s), report.Held, false, -60 * s, false},
			{5 * s, 6 * s, noPidfile, report.Unnamed, true, 5 * s, false},
			{0, 7 * s, noPidfile, report.Unnamed, false, 5 * s, false},
		},
		"what was so at the first look, and took a second one": {
			{0, 0, noPidfile, report.Unnamed, true, 0, true},
			{0, 1 * s, stale, report.Stale, false, 1 * s, true},
		},
		"held at the first look, which took a second one": {
			{0, 0, noPidfile, report.Unnamed, true, 0, true},
			{0, 1 * s, held(-60 * s), report.Held, false, -60 * s, false},
		},
		"split before the first look, and a search tells": {
			{0, 0, held(-60 * s), report.Held, false, -60 * s, false},
			{0, 1 * s, split, report.Split, false, 1 * s, true},
		},
		"the lock file is replaced, and a poll finds it": {
			{0, 0, held(-60 * s), report.Held, false, -60 * s, false},
			{0, 6 * s, func(ev *report.Evidence) { split(ev); replaced(ev) }, report.Split, false, 6 * s, false},
		},
	} {
		r := &record{watch: &notify.Watch{}}
		for i, step := range steps {
			if step.moved != 0 {
				r.noteMove(firstLook.Add(step.moved))
			}
			if step.finds == nil {
				continue
			}
			r.apply(lookedAt(step.looked, step.finds))
			got := r.report
			if got.Verdict.State != step.state || got.Checking != step.checking {
				t.Errorf("%s, step %d: %v, checking %t", name, i, got.Verdict.State, got.Checking)
			}
			if !got.Since.At.Equal(firstLook.Add(step.since)) || got.Since.AtLeast != step.atLeast {
				t.Errorf("%s, step %d: since %v after the first look, at least %t; want %v, %t",
					name, i, got.Since.At.Sub(firstLook), got.Since.AtLeast, step.since, step.atLeast)
			}
		}
	}
}
