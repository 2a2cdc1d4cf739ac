package report

import (
	"strings"
	"testing"
	"time"
)

func TestHandoffJSON(t *testing.T) {
	released := time.Date(2026, 11, 22, 16, 6, 0, 5e6, time.UTC)
	h := Handoff{
		Root: "/srv", Path: "/srv/a\xff", From: Peer{4410, "kvd\x1b[2J --data"}, To: Peer{PID: 5120},
		Released: released, Acquired: released.Add(38 * time.Millisecond), Gap: 38240 * time.Microsecond,
	}
	want := `{"type":"handoff","path":"/srv/a\\xff","path_bytes":"L3Nydi9h/w==","root":"/srv","from":{"pid":4410,"command":"kvd\u001b[2J --data"},"to":{"pid":5120},` +
		`"released":"2026-11-22T16:06:00.005Z","acquired":"2026-11-22T16:06:00.043Z","gap_ms":38.2,"rolled_back":false}`
	if got := string(Line{Handoff: &h}.Encode()); got != want {
		t.Errorf("encoded as %s, want %s", got, want)
	}
	h.AtMost, h.RolledBack = true, true
	text := string(Line{Handoff: &h}.Encode())
	if !strings.Contains(text, `"gap_at_most_ms":38.2,"rolled_back":true`) || strings.Contains(text, "gap_ms") {
		t.Errorf("encoded as %s", text)
	}
	got := decodeLine(t, []byte(text)).Handoff
	want2 := h
	want2.Gap = 38200 * time.Microsecond
	if *got != want2 {
		t.Errorf("decoded to %+v, want %+v", *got, want2)
	}
	for _, wrong := range []string{
		strings.Replace(text, `"gap_at_most_ms":38.2,`, ``, 1),
		strings.Replace(text, `38.2`, `-1`, 1),
		strings.Replace(text, `38.2`, `1e300`, 1),
		strings.Replace(text, `38.2`, `38.2,"gap_ms":1`, 1),
		strings.Replace(text, `"pid":5120`, `"pid":0`, 1),
		strings.Replace(text, `"root":"/srv"`, `"root":"srv"`, 1),
	} {
		if l, err := Decode([]byte(wrong)); err == nil {
			t.Errorf("%s decoded to %+v", wrong, l.Handoff)
		}
	}
}
