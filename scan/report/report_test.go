package report

import (
	"testing"

	"lockscope/lock"
)

// One process stands for a directory, wherever it is shown.
func TestKeeper(t *testing.T) {
	held, free := lock.LockHeld, lock.LockFree
	for name, tt := range map[string]struct {
		ev   Evidence
		want *Process
	}{
		"whom the pidfile names, also behind an heir":     {evidence(held, lock.ProcessAlive, heir(contained), holds(kvd)), contained},
		"the one of several":                              {evidence(held, lock.ProcessAlive, heir(logrotate), holds(kvd)), kvd},
		"who took the lock":                               {evidence(held, lock.ProcessGone, heir(backup), holds(rival)).with(func(ev *Evidence) { ev.Locker = takerPID }), rival},
		"the first of heirs":                              {evidence(held, lock.ProcessGone, heir(logrotate), heir(backup)), logrotate},
		"who has the lock that is there":                  {evidence(held, lock.ProcessGone, gone(backup), holds(rival)), rival},
		"who has the deleted one":                         {evidence(free, lock.ProcessGone, gone(backup)), backup},
		"a lock of another kind":                          {Evidence{Openers: []Opener{{Process: logrotate}, {Process: backup, OtherLock: true}}}, backup},
		"who lives and is named":                          {evidence(free, lock.ProcessAlive), kvd},
		"nobody, where an unrelated process has that PID": {evidence(free, lock.ProcessUnrelated), nil},
		"nobody": {Evidence{}, nil},
	} {
		r := Report{Evidence: tt.ev, Verdict: Classify(&tt.ev)}
		if got := r.Keeper(); got != tt.want {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}
