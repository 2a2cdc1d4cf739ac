package report

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestKey(t *testing.T) {
	for _, r := range []*Report{{Path: "/srv/a"}, {Host: "web-01", Path: "/srv/a"}, {Host: "web-01"}, {Host: "[::1]:22", Path: "/a:/b"}} {
		if host, path := SplitKey(r.Key()); host != r.Host || path != r.Path {
			t.Errorf("%q is split into %q and %q", r.Key(), host, path)
		}
	}
}

// A lost host is unknown, says why, and reads the same on the other side of a pipe.
func TestLostHost(t *testing.T) {
	at := time.Date(2026, 11, 22, 12, 3, 7, 0, time.Local)
	for why := HostUnreachable; why < reasonCount; why++ {
		r := Lost{Host: "web-01", Why: why, Text: "port 22: \x1b[2Jrefused", Since: at, Known: true}.Report()
		summary, next := r.Explain()
		if r.Verdict.State != Unknown || !r.Verdict.Reasons.Has(why) || next == "" {
			t.Errorf("%s: %+v", why, r.Verdict)
		}
		if !strings.HasPrefix(summary, "web-01 ") || !strings.HasSuffix(summary, `: port 22: \x1b[2Jrefused. What is shown of it is as of 12:03:07.`) {
			t.Errorf("%s: says %q", why, summary)
		}
		text := Line{Change: &Change{Report: r}}.Encode()
		back := decodeLine(t, text).Change.Report
		if again := (Line{Change: &Change{Report: back}}).Encode(); !bytes.Equal(again, text) {
			t.Errorf("encoded       %s\nencoded again %s", text, again)
		}
		if back.Key() != "web-01" || back.Verdict != r.Verdict {
			t.Errorf("decoded %+v", back)
		}
	}
	if summary, _ := (Lost{Host: "a", Why: HostUnreachable, Since: at}).Report().Explain(); summary != "a cannot be reached." {
		t.Errorf("says %q", summary)
	}
}

func TestHelloAndHeartbeat(t *testing.T) {
	hello := &Hello{Version: "v1.2", Host: "web-01", Format: Format, ReadOnly: true, Every: 5 * time.Second, Roots: []string{"/srv"}}
	text := Line{Hello: hello}.Encode()
	if want := `{"type":"hello","version":"v1.2","host":"web-01","format":1,"read_only":true,"heartbeat":5,"roots":["/srv"]}`; string(text) != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
	if back := decodeLine(t, text).Hello; !reflect.DeepEqual(back, hello) {
		t.Errorf("got %+v, want %+v", back, hello)
	}
	beat := &Heartbeat{Looked: looked.Truncate(time.Millisecond), Progress: Progress{Walking: true, Visited: 7, Found: 3}, Errors: 2, Stalled: 70 * time.Second}
	if back := decodeLine(t, Line{Heartbeat: beat}.Encode()).Heartbeat; *back != *beat {
		t.Errorf("got %+v, want %+v", back, beat)
	}
}
