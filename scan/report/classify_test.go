package report

import (
	"errors"
	"io/fs"
	"testing"

	"golang.org/x/sys/unix"

	"lockscope/lock"
)

// rule is a line of the table of verdicts: a state and what must have been
// established for it. The first rule that applies decides, so what cannot be
// established comes first, then the states in order of severity.
type rule struct {
	state   State
	applies func(*Evidence) bool
}

var rules = []rule{
	{Unknown, func(ev *Evidence) bool { return ev.Err != nil }},
	{Split, func(ev *Evidence) bool { return anyHolder(ev, func(h Holder) bool { return h.Deleted }) }},
	{Held, func(ev *Evidence) bool {
		return ev.Changing && ev.Lock.Err == lock.ErrOpenElsewhere && ev.Pidfile.State != lock.PidfileNotRegular
	}},
	{Unknown, func(ev *Evidence) bool {
		return ev.Pidfile.State == lock.PidfileNotRegular || ev.Lock.State == lock.LockUnknown
	}},
	{Held, func(ev *Evidence) bool { return isHeld(ev) && holdsByName(ev) }},
	{Held, func(ev *Evidence) bool { return isHeld(ev) && (ev.Acquiring || ev.Changing) }},
	{Unknown, func(ev *Evidence) bool { return ev.Pidfile.State == lock.PidfileUnreadable }},
	{Unknown, func(ev *Evidence) bool { return !isHeld(ev) && ev.Another != "" }},
	{Unguarded, func(ev *Evidence) bool { return !isHeld(ev) && isNamed(ev) && ev.Process == lock.ProcessAlive }},
	{Unknown, func(ev *Evidence) bool { return !isHeld(ev) && ev.OpenElsewhere && len(ev.Openers) != 1 }}, // unseen, or a server among them
	{Orphaned, func(ev *Evidence) bool {
		return isHeld(ev) && isNamed(ev) && ev.Process.Exited() && len(ev.Holders) > 0 &&
			!anyHolder(ev, func(h Holder) bool { return !h.Inherited }) &&
			(ev.Taker.Exited() || ev.Taker == lock.ProcessUnrelated)
	}},
	{Mismatch, func(ev *Evidence) bool { return isHeld(ev) && isNamed(ev) && len(ev.Holders) > 0 }},
	{Unnamed, func(ev *Evidence) bool { return isHeld(ev) && !isNamed(ev) }},
	{Unknown, func(ev *Evidence) bool { return isHeld(ev) && ev.Process.Exited() }}, // then who holds it?
	{Held, isHeld},
	{Unknown, func(ev *Evidence) bool { return isNamed(ev) && ev.Process == lock.ProcessUnknown }},
	{Stale, func(ev *Evidence) bool { return ev.Pidfile.State != lock.PidfileMissing || len(ev.Temps) > 0 }},
	{Free, func(*Evidence) bool { return true }},
}

func isHeld(ev *Evidence) bool  { return ev.Lock.State == lock.LockHeld }
func isNamed(ev *Evidence) bool { return ev.Pidfile.State == lock.PidfileNamed }

func anyHolder(ev *Evidence, is func(Holder) bool) bool {
	for _, h := range ev.Holders {
		if is(h) {
			return true
		}
	}
	return false
}

func holdsByName(ev *Evidence) bool {
	pid := namedPID
	if ev.Thread {
		pid = ev.Owner.PID
	}
	return isNamed(ev) && anyHolder(ev, func(h Holder) bool {
		return !h.Deleted && (h.Process.PID == pid || h.Process.NSPID == namedPID && h.Process.PID != h.Process.NSPID)
	})
}

// trueOf says when each reason is a fact of the evidence.
var trueOf = map[Reason]func(*Evidence) bool{
	PIDGone:            func(ev *Evidence) bool { return ev.Process == lock.ProcessGone },
	PIDZombie:          func(ev *Evidence) bool { return ev.Process == lock.ProcessZombie },
	PIDReused:          func(ev *Evidence) bool { return ev.Process == lock.ProcessReused },
	PIDUnrelated:       func(ev *Evidence) bool { return ev.Process == lock.ProcessUnrelated },
	PIDAlive:           func(ev *Evidence) bool { return ev.Process == lock.ProcessAlive },
	PIDNotHolder:       func(ev *Evidence) bool { return isHeld(ev) && !holdsByName(ev) },
	PidfileMissing:     func(ev *Evidence) bool { return ev.Pidfile.State == lock.PidfileMissing },
	PidfileEmpty:       func(ev *Evidence) bool { return ev.Pidfile.State == lock.PidfileEmpty },
	PidfileMalformed:   func(ev *Evidence) bool { return ev.Pidfile.State == lock.PidfileMalformed },
	PidfileNotRegular:  func(ev *Evidence) bool { return ev.Pidfile.State == lock.PidfileNotRegular },
	PidfileUnreadable:  func(ev *Evidence) bool { return ev.Pidfile.State == lock.PidfileUnreadable },
	LockfileMissing:    func(ev *Evidence) bool { return ev.Lock.State == lock.LockMissing },
	LockfileNotRegular: func(ev *Evidence) bool { return errors.Is(ev.Lock.Err, lock.ErrNotRegular) },
	LockfileDeleted:    func(ev *Evidence) bool { return anyHolder(ev, func(h Holder) bool { return h.Deleted && !h.Covered }) },
	MountedOver:        func(ev *Evidence) bool { return anyHolder(ev, func(h Holder) bool { return h.Covered }) },
	PIDThread:          func(ev *Evidence) bool { return ev.Thread },
	PosixLock:          func(ev *Evidence) bool { return hasError(ev, lock.ErrPosixLock) },
	HoldsAnother:       func(ev *Evidence) bool { return ev.Another != "" },
	OpenElsewhere:      func(ev *Evidence) bool { return ev.OpenElsewhere || hasError(ev, lock.ErrOpenElsewhere) },
	Leased:             func(ev *Evidence) bool { return hasError(ev, lock.ErrLeased) },
	InheritedFD:        func(ev *Evidence) bool { return anyHolder(ev, func(h Holder) bool { return h.Inherited }) },
	HolderNotVisible:   func(ev *Evidence) bool { return isHeld(ev) && len(ev.Holders) == 0 },
	TempLeftover:       func(ev *Evidence) bool { return len(ev.Temps) > 0 && !isHeld(ev) },
	Acquiring:          func(ev *Evidence) bool { return ev.Acquiring },
	Changing:           func(ev *Evidence) bool { return ev.Changing },
	HandingOver:        func(ev *Evidence) bool { return ev.Releaser != nil },
	Permission: func(ev *Evidence) bool {
		return hasError(ev, fs.ErrPermission) || ev.Process == lock.ProcessUnknown && isNamed(ev)
	},
	IOError:    func(ev *Evidence) bool { return hasError(ev, unix.EIO) },
	Timeout:    func(ev *Evidence) bool { return hasError(ev, ErrNoAnswer) },
	NotProbed:  func(ev *Evidence) bool { return hasError(ev, ErrNotProbed) },
	NotVisible: func(ev *Evidence) bool { return hasError(ev, ErrNotSeen) },
}

func hasError(ev *Evidence, target error) bool {
	for _, err := range []error{ev.Err, ev.Lock.Err, ev.Pidfile.Err} {
		if errors.Is(err, target) {
			return true
		}
	}
	return false
}

// Every combination of facts that can occur has the verdict that the rules give it,
// for reasons that are true of it, and needs attention never without a reason.
func TestClassifyCombinations(t *testing.T) {
	seen := map[State]int{}
	used := Reasons(0)
	for _, ev := range combinations() {
		got := Classify(&ev)
		seen[got.State]++
		used |= got.Reasons
		var want rule
		for _, want = range rules {
			if want.applies(&ev) {
				break
			}
		}
		if got.State != want.state {
			t.Errorf("%s, want %s: %s", got.State, want.state, describe(&ev))
		}
		for _, reason := range got.Reasons.List() {
			is, known := trueOf[reason]
			if !known {
				t.Fatalf("no rule says when %s is true", reason)
			}
			if !is(&ev) {
				t.Errorf("%s because of %s, which is not so: %s", got.State, reason, describe(&ev))
			}
		}
		if !got.State.Healthy() && got.Reasons == 0 {
			t.Errorf("%s for no reason: %s", got.State, describe(&ev))
		}
		if again := Classify(&ev); again != got {
			t.Errorf("%v, then %v of the same: %s", got, again, describe(&ev))
		}
	}
	for _, state := range States {
		if seen[state] == 0 {
			t.Errorf("no combination is %s", state)
		}
	}
	for reason := range HostUnreachable { // those from it on are of hosts
		if !used.Has(reason) {
			t.Errorf("no combination has the reason %s", reason)
		}
	}
	t.Log(seen)
}

// The table of verdicts, row by row, with every reason that is given.
func TestClassify(t *testing.T) {
	named := lock.Pidfile{State: lock.PidfileNamed, PID: namedPID}
	heir := []Holder{holder(heirPID, heirPID, inherited)}
	for _, tt := range []struct {
		name    string
		lock    lock.LockState
		pidfile lock.Pidfile
		process lock.ProcessState
		holders []Holder
		more    func(*Evidence)
		want    State
		why     []Reason
	}{
		{"lock file deleted, a new one held", lock.LockHeld, named, lock.ProcessAlive,
			[]Holder{holder(takerPID, takerPID, deletedLock), holder(namedPID, namedPID)}, nil, Split, []Reason{LockfileDeleted}},
		{"lock file deleted, none there", lock.LockMissing, named, lock.ProcessAlive,
			[]Holder{holder(namedPID, namedPID, deletedLock)}, nil, Split, []Reason{LockfileDeleted}},
		{"lost its lock", lock.LockFree, named, lock.ProcessAlive, nil, nil, Unguarded, []Reason{PIDAlive}},
		{"lost its lock file", lock.LockMissing, named, lock.ProcessAlive, nil, nil, Unguarded, []Reason{PIDAlive, LockfileMissing}},
		{"only an heir keeps it", lock.LockHeld, named, lock.ProcessGone, heir,
			func(ev *Evidence) { ev.Taker = lock.ProcessGone }, Orphaned, []Reason{PIDGone, InheritedFD}},
		{"an heir keeps it for a zombie", lock.LockHeld, named, lock.ProcessZombie, heir,
			func(ev *Evidence) { ev.Taker = lock.ProcessZombie }, Orphaned, []Reason{PIDZombie, InheritedFD}},
		{"an heir, and the one who took it lives", lock.LockHeld, named, lock.ProcessGone, heir,
			func(ev *Evidence) { ev.Taker = lock.ProcessAlive }, Mismatch, []Reason{PIDGone, PIDNotHolder}},
		{"an heir, and nobody knows who took it", lock.LockHeld, named, lock.ProcessGone, heir, nil,
			Mismatch, []Reason{PIDGone, PIDNotHolder}},
		{"another holds it", lock.LockHeld, named, lock.ProcessAlive, []Holder{holder(takerPID, takerPID)}, nil,
			Mismatch, []Reason{PIDNotHolder}},
		{"no pidfile", lock.LockHeld, lock.Pidfile{State: lock.PidfileMissing}, 0, []Holder{holder(takerPID, takerPID)}, nil,
			Unnamed, []Reason{PidfileMissing}},
		{"empty pidfile, holder unseen", lock.LockHeld, lock.Pidfile{State: lock.PidfileEmpty}, 0, nil, nil,
			Unnamed, []Reason{PidfileEmpty}},
		{"malformed pidfile", lock.LockHeld, lock.Pidfile{State: lock.PidfileMalformed}, 0, heir, nil,
			Unnamed, []Reason{PidfileMalformed}},
		{"crashed", lock.LockFree, named, lock.ProcessGone, nil, nil, Stale, []Reason{PIDGone}},
		{"crashed, not reaped", lock.LockFree, named, lock.ProcessZombie, nil, nil, Stale, []Reason{PIDZombie}},
		{"crashed, PID reused", lock.LockFree, named, lock.ProcessReused, nil, nil, Stale, []Reason{PIDReused}},
		{"names a stranger", lock.LockFree, named, lock.ProcessUnrelated, nil, nil, Stale, []Reason{PIDUnrelated}},
		{"names nobody", lock.LockFree, lock.Pidfile{State: lock.PidfileMalformed}, 0, nil, nil, Stale, []Reason{PidfileMalformed}},
		{"crashed in an acquire", lock.LockFree, lock.Pidfile{State: lock.PidfileMissing}, 0, nil,
			func(ev *Evidence) { ev.Temps = make([]lock.Temp, 1) }, Stale, []Reason{TempLeftover}},
		{"pidfile alone", lock.LockMissing, named, lock.ProcessGone, nil, nil, Stale, []Reason{PIDGone, LockfileMissing}},
		{"free, the named one cannot be seen", lock.LockFree, named, lock.ProcessUnknown, nil, nil, Unknown, []Reason{Permission}},
		{"pidfile is a symlink", lock.LockHeld, lock.Pidfile{State: lock.PidfileNotRegular}, 0, heir, nil,
			Unknown, []Reason{PidfileNotRegular}},
		{"pidfile may not be read", lock.LockFree, lock.Pidfile{Err: unix.EACCES}, 0, nil, nil,
			Unknown, []Reason{PidfileUnreadable, Permission}},
		{"lock file is a FIFO", lock.LockUnknown, named, lock.ProcessAlive, nil,
			func(ev *Evidence) { ev.Lock.Err = lock.ErrNotRegular }, Unknown, []Reason{LockfileNotRegular}},
		{"mount hangs", lock.LockUnknown, lock.Pidfile{}, 0, nil, func(ev *Evidence) { ev.Err = ErrNoAnswer }, Unknown, []Reason{Timeout}},
		{"nobody asked", lock.LockUnknown, named, lock.ProcessAlive, nil,
			func(ev *Evidence) { ev.Lock.Err = ErrNotProbed }, Unknown, []Reason{NotProbed}},
		{"held out of sight by a dead process", lock.LockHeld, named, lock.ProcessGone, nil, nil,
			Unknown, []Reason{PIDGone, HolderNotVisible}},
		{"held out of sight", lock.LockHeld, named, lock.ProcessAlive, nil, nil, Held, []Reason{HolderNotVisible}},
		{"held", lock.LockHeld, named, lock.ProcessAlive, []Holder{holder(namedPID, namedPID)}, nil, Held, nil},
		{"held in a container", lock.LockHeld, named, lock.ProcessUnknown, []Holder{holder(heirPID, namedPID)}, nil, Held, nil},
		{"held, taken by a shell's flock(1)", lock.LockHeld, named, lock.ProcessAlive,
			[]Holder{holder(namedPID, namedPID, inherited)}, func(ev *Evidence) { ev.Taker = lock.ProcessGone }, Held, nil},
		{"being acquired", lock.LockHeld, lock.Pidfile{State: lock.PidfileMissing}, 0, []Holder{holder(takerPID, takerPID)},
			func(ev *Evidence) { ev.Acquiring = true }, Held, []Reason{Acquiring}},
		{"different at every look", lock.LockHeld, named, lock.ProcessGone, []Holder{holder(takerPID, takerPID)},
			func(ev *Evidence) { ev.Changing = true }, Held, []Reason{Changing}},
		{"never at rest", lock.LockUnknown, named, lock.ProcessGone, nil,
			func(ev *Evidence) { ev.Lock.Err, ev.Changing = ErrMoving, true }, Unknown, []Reason{Changing}},
		{"never at rest, and once seen to be held", lock.LockUnknown, named, lock.ProcessGone, nil,
			func(ev *Evidence) { ev.Lock.Err, ev.Changing, ev.WasHeld = ErrMoving, true, true }, Held, []Reason{Changing}},
		{"never at rest, and open at every look", lock.LockUnknown, named, lock.ProcessGone, nil,
			func(ev *Evidence) { ev.Lock.Err, ev.Changing, ev.OpenElsewhere = ErrMoving, true, true }, Held, []Reason{Changing}},
		{"free", lock.LockFree, lock.Pidfile{State: lock.PidfileMissing}, 0, nil, nil, Free, nil},
		{"being handed over", lock.LockFree, lock.Pidfile{State: lock.PidfileMissing}, 0, nil,
			func(ev *Evidence) { ev.Releaser = kvd }, Free, []Reason{HandingOver}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ev := Evidence{Holders: tt.holders}
			ev.Lock.State, ev.Pidfile, ev.Process = tt.lock, tt.pidfile, tt.process
			if tt.more != nil {
				tt.more(&ev)
			}
			want := Verdict{State: tt.want}
			for _, reason := range tt.why {
				want.Reasons = want.Reasons.With(reason)
			}
			if got := Classify(&ev); got != want {
				t.Errorf("%v %v, want %v %v", got.State, got.Reasons.List(), want.State, want.Reasons.List())
			}
		})
	}
}

// What nobody can be sure of for two looks in a row is never a reason to
// worry, and least of all to break something.
func TestClassifyChangingIsHealthy(t *testing.T) {
	for _, ev := range combinations() {
		if ev.Err != nil || ev.Lock.State != lock.LockFree || len(ev.Holders) > 0 || ev.Pidfile.State < lock.PidfileMissing || ev.Pidfile.State == lock.PidfileNotRegular {
			continue
		}
		ev.Changing = true
		if v := Classify(&ev); !v.State.Healthy() || !v.Reasons.Has(Changing) {
			t.Fatalf("%v %v: %s", v.State, v.Reasons.List(), describe(&ev))
		}
	}
}
