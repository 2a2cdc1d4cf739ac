package remote

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"lockscope/scan/report"
)

const hello = `{"type":"hello","version":"v1","host":"liar","format":1,"heartbeat":5}` + "\n"

func TestStreamHello(t *testing.T) {
	var pushed string
	s := newStream(strings.NewReader("Welcome!\n{\"type\":\"moon\"}\n" + pushedMark + "/tmp/x/lockscope\n" + hello))
	if h, err := s.hello(func(path string) { pushed = path }); err != nil || h.Version != "v1" || pushed != "/tmp/x/lockscope" {
		t.Errorf("%+v, %v, pushed %q", h, err, pushed)
	}
	for text, want := range map[string]error{
		"":                            io.EOF,
		`{"type":"gone","path":"/a"}`: io.EOF, // cut short
		strings.TrimSpace(hello):      io.EOF,
		`{"type":"gone","path":"/a"}
`: errVersion,
		strings.Replace(hello, `"format":1`, `"format":2`, 1): errVersion,
		strings.Repeat("yes\n", maxNoise):                     errGarbled,
		strings.Repeat("y", report.MaxLine+2) + "\n":          errLongLine,
	} {
		if _, err := newStream(strings.NewReader(text)).hello(func(string) {}); !errors.Is(err, want) {
			t.Errorf("%.60q: %v, want %v", text, err, want)
		}
	}
}

func TestStreamObjects(t *testing.T) {
	long := `{"type":"gone","path":"/` + strings.Repeat("x", report.MaxLine) + `"}`
	s := newStream(strings.NewReader(`{"type":"moon"}
{"type":"gone","path":"/a"}
` + long + `
{"type":"gone","path":"/b"}
{"type":"gone","path":"relative"}
{"type":"gone","path":"/cut`))
	if l, n, err := s.object(); l != (report.Line{}) || n == 0 || err != nil { // it counts, and is nothing
		t.Errorf("an unknown object: %+v, %d bytes, %v", l, n, err)
	}
	for i, want := range []string{"/a", "", "/b", "", ""} {
		l, n, err := s.object()
		var garbled *garbledError
		switch {
		case l.Gone != want || (want != "") != (err == nil) || want != "" && n == 0:
			t.Errorf("object %d: %+v, %d bytes, %v", i, l, n, err)
		case i == 1 && err != errLongLine, i == 3 && !errors.As(err, &garbled), i == 4 && err != io.EOF:
			t.Errorf("object %d: %v", i, err)
		}
	}
}

// endless is a line that has no end.
type endless struct{}

func (endless) Read(b []byte) (int, error) { return len(b), nil }

func TestStreamEndlessLine(t *testing.T) {
	var garbled *garbledError
	if _, n, err := newStream(endless{}).object(); !errors.As(err, &garbled) || n > maxEndless+1<<20 {
		t.Errorf("%v after %d bytes", err, n)
	}
}

// Whatever a host says, what is kept of it is bounded, under its own name and safe to print.
func FuzzStream(f *testing.F) {
	f.Add([]byte(hello + `{"type":"dir","host":"other","path":"/a","root":"/","state":"stale","seen":{}}
{"type":"change","path":"/a","root":"/","state":"held","from":"stale"}
{"type":"host","host":"other","state":"unknown"}
{"type":"gone","host":"other","path":"/a"}
{"type":"error","host":"\u001b[2J","path":"/\u202e","error":"\u009b"}
{"type":"handoff","host":"other","path":"/a","root":"/","from":{"pid":1},"to":{"pid":2},"released":"2026-11-22T15:06:00.5Z","acquired":"2026-11-22T15:06:00.5Z","gap_ms":1}
{"type":"summary","dirs":1000000,"states":{"held":5},"seconds":1}
{"type":"heartbeat","walking":true,"visited":9}
`))
	f.Add([]byte(hello + "\x00\x1b[2J\n{}\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, m := newStream(bytes.NewReader(text)), newMirror("web-01", &budget{})
		g := newMerge([]string{"web-01"}, false, false)
		if _, err := s.hello(func(string) {}); err != nil {
			return
		}
		m.begin()
		for {
			object, size, err := s.object()
			if err == errLongLine {
				continue
			} else if err != nil {
				break
			}
			u, err := m.take(object, size)
			if err != nil {
				break
			}
			g.put("web-01", u, m, true)
		}
		if n := m.bytes; n < 0 || n > int64(len(text)) {
			t.Fatalf("%d bytes of %d", n, len(text))
		}
		total := 0
		for _, n := range m.states {
			total += n
		}
		if total != len(m.dirs) {
			t.Fatalf("%d directories, and states of %d", len(m.dirs), total)
		}
		u, _ := g.take()
		for _, c := range u.Changes {
			if c.Report.Host != "web-01" || !strings.HasPrefix(c.Report.Key(), "web-01:/") {
				t.Fatalf("it speaks for %q", c.Report.Key())
			}
		}
		for _, key := range u.Gone {
			if !strings.HasPrefix(key, "web-01:/") {
				t.Fatalf("it says that %q is gone", key)
			}
		}
		for _, e := range u.Errors {
			if e.Host != "web-01" {
				t.Fatalf("it says that %q has an error", e.Host)
			}
		}
		for _, h := range u.Handoffs {
			if h.Host != "web-01" {
				t.Fatalf("it tells of a hand-off on %q", h.Host)
			}
		}
	})
}
