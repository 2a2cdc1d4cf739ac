package report

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lockscope/lock"
)

// What a newer version says in words of its own is never healthy and never to be broken.
func TestDecodeUnknownWords(t *testing.T) {
	l := decodeLine(t, []byte(`{"type":"change","path":"/a","root":"/","state":"sealed","reasons":["pid-gone","moonlight"],"summary":"It is sealed.","new":{"key":[1]},
		"lock":{"state":"half","source":"oracle"},"pidfile":{"state":"signed","pid":5},"process":{"pid":5,"state":"asleep"},"from":"melted"}`))
	r := l.Change.Report
	ev := &r.Evidence
	if r.Verdict != (Verdict{Unknown, Reasons(0).With(PIDGone)}) || l.Change.From != Unknown || r.Breakable() {
		t.Errorf("verdict %v, from %v", r.Verdict, l.Change.From)
	}
	if ev.Lock.State != lock.LockUnknown || ev.Source != SourceNone || ev.Pidfile.State != lock.PidfileUnreadable || ev.Pidfile.PID != 0 || ev.Process != lock.ProcessUnknown {
		t.Errorf("evidence %+v", ev)
	}
	if said, _ := r.Explain(); said != "It is sealed." {
		t.Errorf("says %q", said)
	}
	s := decodeLine(t, []byte(`{"type":"summary","dirs":3,"states":{"sealed":1,"unknown":1,"held":1}}`)).Summary
	if s.States[Unknown] != 2 || s.States[Held] != 1 {
		t.Errorf("states %v", s.States)
	}
	if _, err := Decode([]byte(`{"type":"moon"}`)); !errors.Is(err, ErrUnknownType) {
		t.Errorf("%v, want ErrUnknownType", err)
	}
}

// What another host saw is no evidence on a directory here, even where the path leads to the same one.
func TestDecodedCannotBeBroken(t *testing.T) {
	const lockName, pidName = ".handoff.lock", ".handoff.pidfile"
	for _, files := range [][]string{{lockName, pidName}, {pidName}, {lockName, pidName + ".tmp"}} {
		dir := t.TempDir()
		for _, name := range files {
			if err := os.WriteFile(filepath.Join(dir, name), []byte("2147483647\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		seen, err := lock.Inspect(dir)
		if err != nil {
			t.Fatal(err)
		}
		r := &Report{Root: dir, Path: dir, Evidence: Evidence{Evidence: seen}}
		r.Verdict = Classify(&r.Evidence)
		back := decodeLine(t, Line{Change: &Change{Report: r}}.Encode()).Change.Report
		if !r.Breakable() || !back.Breakable() {
			t.Fatalf("%q: %v, decoded %v, want stale", files, r.Verdict, back.Verdict)
		}
		var refused *lock.RefusedError
		if removed, err := lock.BreakStale(dir, back.Evidence.Evidence); !errors.As(err, &refused) || len(removed) > 0 {
			t.Errorf("%q: removed %q, %v", files, removed, err)
		}
		if removed, err := lock.BreakStale(dir, seen); err != nil || len(removed) != 1 {
			t.Errorf("%q, as seen here: removed %q, %v", files, removed, err)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	dir := func(more string) string { return `{"type":"dir","path":"/a","root":"/","state":"held"` + more + `}` }
	for _, text := range []string{
		"", "{", "[]", "1", dir("") + "x",
		`{"type":"dir","path":"a","root":"/"}`,
		`{"type":"dir","path":"/a","root":""}`,
		`{"type":"gone","path":""}`,
		`{"type":"gone","path":"/a\u0000"}`,
		`{"type":"gone","path":"/a","path_bytes":"YQ=="}`, // "a"
		`{"type":"gone","path":"/a","path_bytes":"!"}`,
		`{"type":"error","path":"a","error":"no"}`,
		`{"type":"gone","path":"/a","host":"a/b"}`,
		`{"type":"host","connected":true}`,
		`{"type":"host","host":"a/b"}`,
		`{"type":"hello","heartbeat":-1}`,
		`{"type":"heartbeat","errors":-1}`,
		`{"type":"heartbeat","stalled":-1}`,
		`{"type":"heartbeat","stalled":1e300}`,
		dir(`,"host":"web-01/srv"`),
		dir(`,"seen":{"lock":{"state":"held"}}`),
		`{"type":"summary","dirs":-1}`,
		`{"type":"summary","states":{"held":-1}}`,
		`{"type":"summary","seconds":-1}`,
		`{"type":"summary","seconds":1e300}`,
		dir(`,"observed":"9999-12-31T23:59:59-23:59"`),
		dir(`,"observed":"yesterday"`),
		dir(`,"lock":{"locker":-1}`),
		dir(`,"lock":{"dev":"254"}`),
		dir(`,"lock":{"dev":"4294967296:0"}`),
		dir(`,"lock":{"inode":-1}`),
		dir(`,"pidfile":{"state":"named"}`),
		dir(`,"pidfile":{"state":"named","pid":2147483648}`),
		dir(`,"pidfile":{"state":"named","pid":5},"process":{"pid":0,"state":"alive"}`),
		dir(`,"holders":[{"pid":0,"fd":3}]`),
		dir(`,"holders":[{"pid":-1,"fd":3}]`),
		dir(`,"holders":[{"pid":1,"ns_pid":-1}]`),
		dir(`,"summary":"` + strings.Repeat("a", MaxLine) + `"`),
	} {
		if l, err := Decode([]byte(text)); err == nil {
			t.Errorf("%.80s: decoded to %+v", text, l)
		}
	}
	if _, err := Decode([]byte(dir(`,"lock":{"dev":"254:0"},"holders":[{"pid":1,"fd":3}]`))); err != nil {
		t.Error(err)
	}
}

// Whatever comes from another host, what is made of it is safe to print, and stays the same when it is sent on.
func FuzzDecode(f *testing.F) {
	all := reported()
	for i := 0; i < len(all); i += len(all)/50 + 1 {
		f.Add(Line{Change: &Change{Report: all[i], New: i%2 == 0}}.Encode())
	}
	f.Add([]byte(`{"type":"dir","path":"/a\u001b[2J","root":"/\u202e","state":"split","summary":"\u001b]0;a\u0007\\","next":"kill 1\r","lock":{"fs":"\u009b","dev":"1:2"},
		"holders":[{"pid":1,"ns_pid":7,"command":"\u0000","user":"\n","deleted":true},{"pid":2}]}`))
	f.Add([]byte(`{"type":"change","path":"x","path_bytes":"L/8b","root":"/","pidfile":{"state":"unreadable","written":"1970-01-01T00:00:00Z"}}`))
	f.Add([]byte(`{"type":"handoff","path":"/a","root":"/","from":{"pid":1,"command":"\u009b"},"to":{"pid":2},"released":"2026-11-22T15:06:00.5Z","acquired":"2026-11-22T15:06:00.5Z","gap_at_most_ms":0.05}`))
	f.Add([]byte(`{"type":"gone","path":"/\ud800"}`))
	f.Add([]byte(`{"type":"host","host":"web\u001b","state":"unknown","reasons":["host-silent"],"summary":"\u009b","next":"\\"}`))
	f.Add([]byte(`{"type":"host","host":"web-01","connected":true}`))
	f.Add([]byte(`{"type":"hello","version":"\u202e","host":"a","format":1,"heartbeat":0.1}`))
	f.Add([]byte(`{"type":"heartbeat","looked":"2026-11-22T15:06:00.5Z","walking":true,"visited":3}`))
	f.Add([]byte(`{"type":"dir","path":"/a","root":"/","state":"stale","host":"web-01","lock":{"state":"free"},
		"seen":{"dir":{"st_dev":"1","inode":"2"},"lock":{"state":"free","inode":"3"},"pidfile":{"state":"named","inode":"4","text":"NwoK"},"temps":[{"name":"/w==","inode":"5"}],"process":"gone"}}`))
	f.Add([]byte(`{"type":"error","path":"/","error":"\u001b"}`))
	f.Add([]byte(`{"type":"summary","dirs":1,"states":{"held":1,"?":1},"seconds":0.0005,"host":"\u202e"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		l, err := Decode(text)
		if err != nil {
			return
		}
		sent := l.Encode()
		if i := bytes.IndexFunc(sent, notPrintable); i >= 0 {
			t.Fatalf("not printable at %d: %q", i, sent)
		}
		if len(sent) <= MaxLine {
			if again := decodeLine(t, sent).Encode(); !bytes.Equal(again, sent) {
				t.Fatalf("sent    %s\nsent on %s", sent, again)
			}
		}
		if l.Change == nil {
			return
		}
		r := l.Change.Report
		summary, next := r.Explain()
		for _, said := range []string{summary, next, r.Command(), r.Evidence.FS, Program(r.Keeper())} {
			if strings.ContainsFunc(said, notPrintable) {
				t.Fatalf("says %q", said)
			}
		}
		r.Breakable()
	})
}

// A holder may take ten bytes of a line, and takes two hundred of the memory: of very many, the first are kept.
func TestDecodeManyHolders(t *testing.T) {
	holders := strings.Repeat(`{"pid":1},`, 100_000)
	for _, state := range []string{"held", "free"} {
		l := decodeLine(t, []byte(`{"type":"dir","path":"/a","root":"/","state":"unknown","lock":{"state":"`+state+`"},"holders":[`+strings.TrimSuffix(holders, ",")+`]}`))
		if ev := &l.Change.Report.Evidence; len(ev.Holders)+len(ev.Openers) != maxHolders {
			t.Errorf("%s: %d holders, %d openers", state, len(ev.Holders), len(ev.Openers))
		}
	}
}
