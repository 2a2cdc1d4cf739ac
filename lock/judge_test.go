//go:build linux

package lock_test

import (
	"testing"
	"time"

	"lockscope/lock"
)

func TestJudgeNamed(t *testing.T) {
	written := time.Unix(1_000_000, 0)
	const gone, alive, zombie, unknown = lock.ProcessGone, lock.ProcessAlive, lock.ProcessZombie, lock.ProcessUnknown
	// The states of a live process, by when it started and whether it uses the directory.
	living := map[string]struct {
		started             time.Time
		some, none, unknown lock.ProcessState
	}{
		"long before":    {written.Add(-time.Hour), alive, lock.ProcessUnrelated, unknown},
		"at once":        {written, alive, lock.ProcessUnrelated, unknown},
		"at the margin":  {written.Add(2 * time.Second), alive, lock.ProcessUnrelated, unknown},
		"after it":       {written.Add(2*time.Second + 1), alive, lock.ProcessReused, unknown},
		"long after":     {written.Add(time.Hour), alive, lock.ProcessReused, unknown},
		"it is not told": {time.Time{}, alive, lock.ProcessUnrelated, unknown},
	}
	for when, want := range living {
		for use, want := range map[lock.Use]lock.ProcessState{lock.UseSome: want.some, lock.UseNone: want.none, lock.UseUnknown: want.unknown} {
			if got := lock.JudgeNamed(alive, living[when].started, written, use); got != want {
				t.Errorf("started %s, use %d: %v, want %v", when, use, got, want)
			}
			// Any other state is not changed.
			for _, now := range []lock.ProcessState{gone, zombie, unknown, lock.ProcessReused, lock.ProcessUnrelated} {
				if got := lock.JudgeNamed(now, living[when].started, written, use); got != now {
					t.Errorf("%v, started %s, use %d: %v", now, when, use, got)
				}
			}
		}
	}
}
