package report

import (
	"testing"
	"time"

	"lockscope/lock"
)

// A lock is held since the pidfile was written, if that can be true, and not before its process started. All
// else was seen at the first look, and may be older.
func TestFirstSince(t *testing.T) {
	noon := time.Date(2026, 11, 22, 16, 6, 0, 0, time.UTC)
	seen := Since{noon, true}
	for _, test := range []struct {
		name    string
		state   State
		written time.Time // zero: no pidfile
		started time.Time // of the owner; zero: none is known
		want    Since
	}{
		{"held", Held, noon.Add(-time.Hour), noon.Add(-2 * time.Hour), Since{At: noon.Add(-time.Hour)}},
		{"held, owner not seen", Held, noon.Add(-time.Hour), time.Time{}, Since{At: noon.Add(-time.Hour)}},
		{"held, pidfile before its process", Held, noon.Add(-time.Hour), noon.Add(-time.Minute), Since{At: noon.Add(-time.Minute)}},
		{"held, pidfile of 1970", Held, time.Unix(60, 0), noon.Add(-time.Minute), seen},
		{"held, pidfile of tomorrow", Held, noon.Add(24 * time.Hour), noon.Add(-time.Minute), seen},
		{"held, no pidfile", Held, time.Time{}, time.Time{}, seen},
		{"stale", Stale, noon.Add(-3 * 24 * time.Hour), time.Time{}, seen},
		{"unguarded", Unguarded, noon.Add(-time.Hour), noon.Add(-2 * time.Hour), seen},
		{"free", Free, time.Time{}, time.Time{}, seen},
	} {
		r := &Report{Observed: noon, Verdict: Verdict{State: test.state}}
		if !test.written.IsZero() {
			r.Evidence.Pidfile = lock.Pidfile{State: lock.PidfileNamed, ID: lock.FileID{MTime: test.written.UnixNano()}}
		}
		if !test.started.IsZero() {
			r.Evidence.Owner = &Process{Started: test.started}
		}
		got := r.FirstSince()
		if got.AtLeast != test.want.AtLeast || !got.At.Equal(test.want.At) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}
