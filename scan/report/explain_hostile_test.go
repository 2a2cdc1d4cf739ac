package report

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"lockscope/lock"
)

// hostile is everything that a terminal might take for something else.
const hostile = "\x1b[2J\x1b]0;owned\a\r\n\x00\u202e\u2066\u200b\u0085\xff\xfe"

// Whatever a tenant chose (a command, a pidfile, a name in an error) is printed
// escaped, in every sentence that there is.
func TestExplainHostile(t *testing.T) {
	for _, ev := range combinations() {
		spoil(&ev, hostile)
		r := Report{Evidence: ev, Verdict: Classify(&ev)}
		summary, next := r.Explain()
		for _, text := range []string{summary, next, r.Command()} {
			if i := strings.IndexFunc(text, unprintable); i >= 0 || !utf8.ValidString(text) {
				t.Fatalf("raw bytes in %q at %d: %s", text, i, describe(&ev))
			}
		}
		if !strings.HasSuffix(summary, ".") || strings.Contains(summary, "  ") || strings.Contains(summary+next, "%!") {
			t.Errorf("%q is no sentence: %s", summary, describe(&ev))
		}
		if !r.Verdict.State.Healthy() && r.Verdict.State != Unknown && next == "" {
			t.Errorf("%q has no next step: %s", summary, describe(&ev))
		}
	}
}

func unprintable(r rune) bool { return !unicode.IsPrint(r) }

// spoil puts a text wherever texts from outside are kept.
func spoil(ev *Evidence, text string) {
	bad := func(p *Process) *Process {
		return &Process{PID: p.PID, NSPID: p.NSPID, Command: text + "/" + text + " " + text, User: text}
	}
	holders := make([]Holder, len(ev.Holders))
	for i, h := range ev.Holders {
		h.Process = bad(h.Process)
		holders[i] = h
	}
	ev.Holders = holders
	if isNamed(ev) && ev.Process != lock.ProcessGone {
		ev.Owner = bad(kvd)
	}
	ev.Pidfile.Text = text
	for i := range ev.Temps {
		ev.Temps[i].Name = text
	}
	for _, err := range []*error{&ev.Err, &ev.Lock.Err, &ev.Pidfile.Err} {
		var p *fs.PathError
		switch {
		case errors.As(*err, &p):
			*err = &fs.PathError{Op: p.Op, Path: "/srv/" + text, Err: p.Err}
		case *err != nil:
			*err = fmt.Errorf("%w: %s", *err, text)
		}
	}
}

// A text from outside is shown as it is as far as it can be.
func TestExplainShowsEscaped(t *testing.T) {
	ev := evidence(lock.LockHeld, lock.ProcessAlive, holds(aProcess(namedPID, "/opt/k\x1b[31mvd\n --data x")))
	r := Report{Evidence: ev, Verdict: Classify(&ev)}
	if got, _ := r.Explain(); got != `k\x1b[31mvd\n 8121 holds the lock.` {
		t.Errorf("%q", got)
	}
}

// No text from outside gets through as it is.
func FuzzExplain(f *testing.F) {
	f.Add(hostile)
	f.Add("/usr/bin/kvd --data /srv/kv")
	f.Add("[kworker/0:1]")
	f.Add(" ")
	f.Add("\xf0\x9f\x98")
	all := combinations()
	f.Fuzz(func(t *testing.T, text string) {
		for i := range 20 {
			ev := all[(i*len(all)/20+len(text))%len(all)]
			ev.Temps = slices.Clone(ev.Temps)
			spoil(&ev, text)
			r := Report{Evidence: ev, Verdict: Classify(&ev)}
			summary, next := r.Explain()
			for _, said := range []string{summary, next, r.Command()} {
				if strings.ContainsFunc(said, unprintable) || !utf8.ValidString(said) {
					t.Fatalf("%q says %q: %s", text, said, describe(&ev))
				}
			}
		}
	})
}
