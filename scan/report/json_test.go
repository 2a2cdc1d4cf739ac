package report

import (
	"bytes"
	"errors"
	"io/fs"
	"reflect"
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
		ev.Openers = []Opener{{Process: aProcess(31, "backup"), FD: 3}, {Process: aProcess(77, "java"), FD: 9, OtherLock: true}}
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
	if want.Since.At = want.Since.At.Truncate(time.Millisecond); got.Since.AtLeast != want.Since.AtLeast || !got.Since.At.Equal(want.Since.At) {
		t.Errorf("%s: since %v, want %v", about, got.Since, want.Since)
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
		{Gone: "web-01:/srv/\xff\x1b"},
		{Gone: "web-01"},
		{Error: &PathError{Host: "web-01", Path: "/srv", Err: errors.New("no")}},
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
			if back.Error.Path != l.Error.Path || back.Error.Host != l.Error.Host {
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

// How changes become known is sent, and of a reason that is not known only that there is one.
func TestSummaryWatched(t *testing.T) {
	s := Summary{Dirs: 9, Watched: &Watched{Dirs: 5, Passed: 3, Processes: 4, Polled: map[PolledBecause]int{PolledBudget: 3, PolledNoisy: 1}}}
	text := string(Line{Summary: &s}.Encode())
	if want := `"watched":{"dirs":5,"passed":3,"processes":4,"polled":{"budget":3,"noisy":1}}`; !strings.Contains(text, want) {
		t.Errorf("encoded as %s, want %s", text, want)
	}
	if got := decodeLine(t, []byte(text)).Summary.Watched; !reflect.DeepEqual(got, s.Watched) {
		t.Errorf("decoded to %+v", got)
	}
	later := decodeLine(t, []byte(strings.Replace(text, "noisy", "tired", 1))).Summary.Watched
	if later.Polled[PolledFailed] != 1 {
		t.Errorf("a reason of a later version: %+v", later)
	}
	if l, err := Decode([]byte(strings.Replace(text, `"passed":3`, `"passed":-3`, 1))); err == nil {
		t.Errorf("decoded to %+v", l.Summary.Watched)
	}
	if text := string(Line{Summary: &Summary{}}.Encode()); strings.Contains(text, "watched") {
		t.Errorf("one scan: %s", text)
	}
}
