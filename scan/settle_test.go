package scan

import (
	"testing"

	"lockscope/lock"
)

// glimpse is a look at a lock that is held. The changes make it differ from others.
func glimpse(changes ...func(*Evidence)) *Evidence {
	ev := &Evidence{Holders: []Holder{{Process: &Process{PID: takerPID, Ticks: 100}, FD: 7}}}
	ev.Lock = lock.LockFile{State: lock.LockHeld, ID: lock.FileID{Dev: 1, Ino: 2, MTime: 3}}
	ev.Dir = lock.FileID{Dev: 1, Ino: 1, MTime: 1000}
	ev.Pidfile = lock.Pidfile{State: lock.PidfileNamed, PID: namedPID, ID: lock.FileID{Dev: 1, Ino: 5, MTime: 900, Size: 5}}
	for _, change := range changes {
		change(ev)
	}
	return ev
}

func noPidfile(ev *Evidence) { ev.Pidfile = lock.Pidfile{State: lock.PidfileMissing} }

// Two looks that find the same settle it, and nothing less.
func TestSettleAgreed(t *testing.T) {
	for name, change := range map[string]func(*Evidence){
		"mismatch": func(*Evidence) {},
		"unnamed":  noPidfile,
	} {
		var s settling
		if s.look(glimpse(change)) {
			t.Errorf("%s: settled at the first look", name)
		}
		second := glimpse(change)
		if !s.look(second) || second.Changing {
			t.Errorf("%s: not settled at the second look, which found the same", name)
		}
	}
}

// Two looks do not agree where anything shows that another acquire came in between.
func TestSettleDisagreed(t *testing.T) {
	for name, change := range map[string]func(*Evidence){
		"lock file replaced":       func(ev *Evidence) { ev.Lock.ID.Ino++ },
		"lock on another device":   func(ev *Evidence) { ev.Lock.ID.Dev++ },
		"another holder":           func(ev *Evidence) { ev.Holders = []Holder{{Process: &Process{PID: 4, Ticks: 100}, FD: 7}} },
		"same PID, other process":  func(ev *Evidence) { ev.Holders = []Holder{{Process: &Process{PID: takerPID, Ticks: 101}, FD: 7}} },
		"same process, locked new": func(ev *Evidence) { ev.Holders = []Holder{{Process: &Process{PID: takerPID, Ticks: 100}, FD: 8}} },
		"one more holder": func(ev *Evidence) {
			ev.Holders = append(ev.Holders, Holder{Process: &Process{PID: heirPID, Ticks: 7}, FD: 7})
		},
		"no holder":                func(ev *Evidence) { ev.Holders = nil },
		"pidfile replaced":         func(ev *Evidence) { ev.Pidfile.ID.Ino++ },
		"pidfile written":          func(ev *Evidence) { ev.Pidfile.ID.MTime++ },
		"pidfile of another size":  func(ev *Evidence) { ev.Pidfile.ID.Size++ },
		"pidfile gone":             noPidfile,
		"pidfile gone and written": func(ev *Evidence) { noPidfile(ev); ev.Dir.MTime++ },
	} {
		t.Run(name, func(t *testing.T) {
			var s settling
			s.look(glimpse())
			if s.look(glimpse(change)) {
				t.Error("settled by a second look that found something else")
			}
			if !s.look(glimpse(change)) {
				t.Error("not settled by a third that found the same as the second")
			}
		})
	}
}

// What is no part of the episode does not keep it from settling: the lock
// file's own times, the directory's while there is a pidfile, and what was asked later.
func TestSettleUnmoved(t *testing.T) {
	for name, change := range map[string]func(*Evidence){
		"directory written to": func(ev *Evidence) { ev.Dir.MTime++ },
		"lock file touched":    func(ev *Evidence) { ev.Lock.ID.MTime++ },
		"other source":         func(ev *Evidence) { ev.Source = SourceTable },
	} {
		var s settling
		s.look(glimpse())
		if !s.look(glimpse(change)) {
			t.Errorf("%s: not settled", name)
		}
	}
}

// Without a pidfile, an acquire leaves no trace but the directory's mtime, and
// so does a daemon that only writes there: it takes ten looks in a row that otherwise agree.
func TestSettleWritten(t *testing.T) {
	var s settling
	for look := 1; look < maxLooks; look++ {
		if s.look(glimpse(noPidfile, func(ev *Evidence) { ev.Dir.MTime += int64(look) })) {
			t.Fatalf("settled at look %d", look)
		}
	}
	if last := glimpse(noPidfile); !s.look(last) || last.Changing {
		t.Error("ten looks agree, and it is not settled")
	}

	s = settling{}
	for look := range maxLooks - 1 {
		s.look(glimpse(noPidfile, func(ev *Evidence) { ev.Dir.MTime += int64(look) }))
	}
	if s.look(glimpse(noPidfile, func(ev *Evidence) { ev.Dir.MTime, ev.Holders[0].FD = 5000, 8 })) {
		t.Error("settled though the tenth look differs")
	}
}

// A directory that differs at every look is said to be changing in the end.
func TestSettleChanging(t *testing.T) {
	var s settling
	for look := 1; ; look++ {
		if look > 2*maxLooks {
			t.Fatalf("%d looks, and no end", look)
		}
		ev := glimpse(func(ev *Evidence) { ev.Pidfile.ID.Ino += uint64(look) })
		if s.look(ev) {
			if !ev.Changing || look <= maxLooks {
				t.Errorf("settled at look %d, changing %t", look, ev.Changing)
			}
			if v := Classify(ev); v.State != Held || !v.Reasons.Has(Changing) {
				t.Errorf("%v %v", v.State, v.Reasons.List())
			}
			return
		}
		if ev.Changing {
			t.Fatalf("changing at look %d, and yet not settled", look)
		}
	}
}

// Only a verdict on a lock that is held, or whose file is open, can be a moment of the protocol, and
// only one that is not sound needs another look.
func TestNeedsLook(t *testing.T) {
	for _, ev := range combinations() {
		ev.Swept = true // see TestNeedsSweep
		v := Classify(&ev)
		need := needsLook(&ev, v)
		held := ev.Lock.State == lock.LockHeld
		switch {
		case need && !held && !v.Reasons.Has(OpenElsewhere) && !ev.Changing:
			t.Errorf("a second look at %s: %s", v.State, describe(&ev))
		case !need && (v.State == Unnamed || v.State == Mismatch):
			t.Errorf("%s at first sight: %s", v.State, describe(&ev))
		case need && holdsByName(&ev) && !ev.Changing:
			t.Errorf("a second look at what is sound: %s", describe(&ev))
		}
	}
}

// What may be a holder whom nobody has looked for is left to a sweep of all processes, once.
func TestNeedsSweep(t *testing.T) {
	for _, err := range []error{ErrNotProbed, &lock.PosixLockError{}} {
		ev := &Evidence{Evidence: lock.Evidence{Lock: lock.LockFile{Err: err}, Pidfile: lock.Pidfile{State: lock.PidfileMissing}}}
		for _, ev.Swept = range []bool{false, true} {
			if got := needsLook(ev, Classify(ev)); got == ev.Swept {
				t.Errorf("%v, swept %t: %t", err, ev.Swept, got)
			}
		}
	}
	ev := &Evidence{Evidence: lock.Evidence{Lock: lock.LockFile{Err: &lock.PosixLockError{PID: 7}}}}
	if needsLook(ev, Classify(ev)) {
		t.Error("the kernel said whose lock it is")
	}
}
