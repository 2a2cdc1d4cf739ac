package report

import (
	"bytes"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"time"

	"lockscope/lock"
)

var looked = time.Date(2026, 11, 22, 16, 6, 0, 123456789, time.UTC)

// reported are reports on all evidence that can occur, and with more in it.
func reported() []*Report {
	var all []*Report
	for i, ev := range combinations() {
		r := &Report{Root: "/srv", Path: "/srv/kv", Evidence: ev, Verdict: Classify(&ev), Observed: looked}
		all = append(all, r)
		if i%3 == 0 {
			more := *r
			more.Root, more.Path = "/srv/\u202e", "/srv/\u202e/a\n\xff\\"
			detailed(&more.Evidence)
			more.Verdict = Classify(&more.Evidence)
			all = append(all, &more)
		}
	}
	return all
}

// detailed adds the facts that decide nothing.
func detailed(ev *Evidence) {
	ev.Source, ev.Device, ev.FS = SourceTable, 254<<8|7, "ext4"
	if ev.Pidfile.ID != (lock.FileID{}) {
		ev.Pidfile.ID.MTime = looked.Add(-time.Hour).UnixNano()
	}
	started := func(p *Process, ago time.Duration) *Process {
		return &Process{PID: p.PID, NSPID: p.NSPID, Ticks: 7, Started: looked.Add(-ago), Command: p.Command + "\x1b\xff", User: "tenant"}
	}
	var holders []Holder
	for _, h := range ev.Holders {
		h.Process = started(h.Process, 2*time.Hour)
		holders = append(holders, h)
	}
	ev.Holders = holders
	if ev.Owner != nil {
		ev.Owner = started(ev.Owner, 30*time.Minute)
	}
	if errors.Is(ev.Lock.Err, lock.ErrPosixLock) {
		ev.Openers = []Opener{{Process: aProcess(31, "backup"), FD: 3}, {Process: aProcess(77, "java"), FD: 9, Other: true}}
	}
}

func decodeLine(t *testing.T, text []byte) Line {
	t.Helper()
	l, err := Decode(text)
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return l
}

// What is decoded says the same, and encodes to the same bytes.
func TestDecodeReport(t *testing.T) {
	for i, r := range reported() {
		from := States[i%len(States)]
		for _, c := range []*Change{{Report: r, New: true}, {Report: r, From: from}} {
			text := Line{Change: c}.Encode()
			back := decodeLine(t, text)
			if again := back.Encode(); !bytes.Equal(again, text) {
				t.Fatalf("%s:\nencoded       %s\nencoded again %s", describe(&r.Evidence), text, again)
			}
			got := back.Change
			if got.New != c.New || got.From != c.From {
				t.Errorf("change: got %+v, want %+v", got, c)
			}
			checkSame(t, got.Report, r)
		}
	}
}

func checkSame(t *testing.T, got, want *Report) {
	t.Helper()
	about := describe(&want.Evidence)
	if got.Verdict != want.Verdict || got.Breakable() != want.Breakable() {
		t.Errorf("%s: verdict %v, want %v", about, got.Verdict, want.Verdict)
	}
	if got.Path != want.Path || got.Root != want.Root {
		t.Errorf("%q below %q, want %q below %q", got.Path, got.Root, want.Path, want.Root)
	}
	if !got.Since().Equal(want.Since().Truncate(time.Millisecond)) {
		t.Errorf("%s: since %v, want %v", about, got.Since(), want.Since())
	}
	g, w := got.Keeper(), want.Keeper()
	if (g == nil) != (w == nil) {
		t.Fatalf("%s: keeper %+v, want %+v", about, g, w)
	}
	if w != nil && (g.PID != w.PID || g.NSPID != w.NSPID || !g.Started.Equal(w.Started.Truncate(time.Millisecond)) || g.User != w.User) {
		t.Errorf("%s: keeper %+v, want %+v", about, g, w)
	}
	gotSummary, gotNext := got.Explain()
	if summary, next := want.Explain(); gotSummary != summary || gotNext != next {
		t.Errorf("%s: says %q, %q, want %q, %q", about, gotSummary, gotNext, summary, next)
	}
	ge, we := &got.Evidence, &want.Evidence
	if ge.Lock.State != we.Lock.State || ge.Lock.ID.Ino != we.Lock.ID.Ino || ge.Pidfile.State != we.Pidfile.State || ge.Pidfile.PID != we.Pidfile.PID ||
		ge.Source != we.Source || ge.Device != we.Device || ge.Locker != we.Locker || ge.Process != we.Process || ge.NamedHolds() != we.NamedHolds() {
		t.Errorf("%s: evidence %+v, want %+v", about, ge, we)
	}
	if len(ge.Holders) != len(we.Holders) {
		t.Fatalf("%s: holders %+v, want %+v", about, ge.Holders, we.Holders)
	}
	for i, h := range ge.Holders {
		if h.FD != we.Holders[i].FD || h.Inherited != we.Holders[i].Inherited || h.Deleted != we.Holders[i].Deleted {
			t.Errorf("%s: holder %+v, want %+v", about, h, we.Holders[i])
		}
	}
}

func TestDecodeOtherLines(t *testing.T) {
	for _, l := range []Line{
		{Gone: "/srv/\xff\x1b"},
		{Error: &PathError{Path: "/srv/\xfe", Err: &fs.PathError{Op: "open", Path: "/srv/\xfe", Err: errors.New("no\x1b")}}},
		{Host: "web-07\u202e", Summary: &Summary{Dirs: 3, States: map[State]int{Held: 1, Stale: 1}, Checking: 1, Errors: 2, Duration: 412 * time.Millisecond}},
	} {
		text := l.Encode()
		back := decodeLine(t, text)
		if again := back.Encode(); !bytes.Equal(again, text) {
			t.Errorf("encoded       %s\nencoded again %s", text, again)
		}
		switch {
		case l.Error != nil:
			if back.Error.Path != l.Error.Path {
				t.Errorf("path %q, want %q", back.Error.Path, l.Error.Path)
			}
		case l.Summary != nil:
			if s := back.Summary; s.States[Held] != 1 || s.States[Free] != 0 || s.Duration != l.Summary.Duration || back.Host != l.Host {
				t.Errorf("got %+v, want %+v", back, l)
			}
		default:
			if back.Gone != l.Gone {
				t.Errorf("gone %q, want %q", back.Gone, l.Gone)
			}
		}
	}
}

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
	if _, err := Decode([]byte(`{"type":"hello"}`)); !errors.Is(err, ErrUnknownType) {
		t.Errorf("%v, want ErrUnknownType", err)
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

// A file's time can be any, and is credible only between 2001 and the look.
func TestDecodeTimes(t *testing.T) {
	for written, want := range map[string]time.Time{
		"2026-11-22T15:06:00.5Z":    time.Date(2026, 11, 22, 15, 6, 0, 5e8, time.UTC),
		"1970-01-01T00:00:00Z":      {},
		"0001-01-01T00:00:00.001Z":  {},
		"9999-12-31T23:59:59Z":      {},
		"2026-11-22T18:06:00+03:00": time.Date(2026, 11, 22, 15, 6, 0, 0, time.UTC),
	} {
		text := `{"type":"dir","path":"/a","root":"/","state":"held","observed":"2026-11-22T16:06:00Z","pidfile":{"state":"named","pid":5,"written":"` + written +
			`"},"lock":{"state":"held"},"holders":[{"pid":6,"fd":7,"started":"2026-11-22T14:00:00Z"}]}`
		if got := decodeLine(t, []byte(text)).Change.Report.Since(); !got.Equal(want) {
			t.Errorf("%s: since %v, want %v", written, got, want)
		}
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
	f.Add([]byte(`{"type":"gone","path":"/\ud800"}`))
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
		r.Since()
		r.Breakable()
	})
}
