package report

import (
	"bytes"
	"errors"
	"testing"

	"lockscope/lock"
)

// What came of a break reads the same on the host that asked for it.
func TestBreakThereAndBack(t *testing.T) {
	r := &Report{Path: "/srv/\xff"}
	for _, a := range []Attempt{
		Attempted([]string{".handoff.pidfile"}, nil),
		Attempted(nil, &lock.RefusedError{Dir: r.Path, Reason: lock.RefusedHeld, Holder: 7, Command: "kvd\x1b"}),
		Attempted([]string{"a"}, &lock.RefusedError{Dir: r.Path, Reason: lock.RefusedChanged}),
		Attempted(nil, errors.New("EIO")),
		Foreseen([]string{"a"}, nil),
		Foreseen(nil, &lock.RefusedError{Dir: r.Path, Reason: lock.RefusedAlive, PID: 8}),
	} {
		text := EncodeBreak(r, a)
		back, err := DecodeBreak(text, r.Path)
		if err != nil || back.Outcome != a.Outcome || back.Reason() != a.Reason() || back.Why() != a.Why() || len(back.Files) != len(a.Files) {
			t.Errorf("%v: %s: %+v, why %q", err, text, back, back.Why())
		}
		if again := EncodeBreak(r, back); !bytes.Equal(again, text) {
			t.Errorf("encoded       %s\nencoded again %s", text, again)
		}
		if _, err := DecodeBreak(text, "/srv/other"); err == nil {
			t.Errorf("taken for another directory: %s", text)
		}
	}
	for _, text := range []string{``, `{}`, `{"type":"break"}`, `{"type":"break","path":"/a","outcome":"sold"}`, `{"type":"break","path":"/a","outcome":"not-tried"}`} {
		if a, err := DecodeBreak([]byte(text), "/a"); err == nil {
			t.Errorf("%s: %+v", text, a)
		}
	}
}

// FuzzDecodeBreak: what another host says became of a break is printed as text that is safe, and is read again
// as the same.
func FuzzDecodeBreak(f *testing.F) {
	r := &Report{Path: "/srv/a"}
	f.Add(EncodeBreak(r, Attempted([]string{".handoff.pidfile"}, nil)))
	f.Add(EncodeBreak(r, Attempted(nil, &lock.RefusedError{Dir: r.Path, Reason: lock.RefusedHeld, Holder: 7, Command: "kvd\x1b"})))
	f.Add([]byte(`{"type":"break","path":"/srv/a","outcome":"failed","error":"\u001b]0;a\u0007\u009b","files":["\u202e","\u0000"]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		a, err := DecodeBreak(text, r.Path)
		if err != nil {
			return
		}
		sent := EncodeBreak(r, a)
		if bytes.ContainsFunc(sent, notPrintable) {
			t.Fatalf("not printable: %q", sent)
		}
		if len(sent) > MaxLine {
			return
		}
		if again, err := DecodeBreak(sent, r.Path); err != nil || !bytes.Equal(EncodeBreak(r, again), sent) {
			t.Fatalf("sent %s: %v\nsent on %s", sent, err, EncodeBreak(r, again))
		}
	})
}
