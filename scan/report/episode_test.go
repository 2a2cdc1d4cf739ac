package report

import (
	"testing"

	"lockscope/lock"
)

// Only a verdict on a lock that is held, or whose file is open, can be a moment of the protocol, and
// only one that is not sound needs another look.
func TestNeedsLook(t *testing.T) {
	for _, ev := range combinations() {
		ev.Searched = true // see TestNeedsSweep
		v := Classify(&ev)
		need := NeedsLook(&ev, v)
		held := ev.Lock.State == lock.LockHeld
		switch {
		case need && !held && !v.Reasons.Has(OpenElsewhere) && !v.Reasons.Has(Leased) && !ev.Changing:
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
		for _, ev.Searched = range []bool{false, true} {
			if got := NeedsLook(ev, Classify(ev)); got == ev.Searched {
				t.Errorf("%v, swept %t: %t", err, ev.Searched, got)
			}
		}
	}
	ev := &Evidence{Evidence: lock.Evidence{Lock: lock.LockFile{Err: &lock.PosixLockError{PID: 7}}}}
	if NeedsLook(ev, Classify(ev)) {
		t.Error("the kernel said whose lock it is")
	}
}
