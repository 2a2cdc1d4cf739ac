package print

import (
	"strings"
	"testing"
	"time"

	"lockscope/scan/report"
)

// Hand-offs are lines of the stream, unless only states were asked for that have nothing to do with them.
func TestPrintHandoffs(t *testing.T) {
	u := report.Update{Handoffs: []report.Handoff{{
		Root: "/srv", Path: "/srv/a", From: report.Peer{PID: 4410}, To: report.Peer{PID: 5120},
		Released: ago(time.Second), Acquired: ago(900 * time.Millisecond), Gap: 100 * time.Millisecond,
	}}}
	for _, test := range []struct {
		states []report.State
		want   int
	}{{nil, 1}, {[]report.State{report.Stale, report.Held}, 1}, {[]report.State{report.Stale}, 0}} {
		opt := printOptions()
		opt.States = test.states
		got := printed(t, NDJSON, opt, u, report.Summary{})
		if strings.Count(got, `"type":"handoff"`) != test.want || strings.Count(got, `"gap_ms":100,`) != test.want {
			t.Errorf("of the states %v: printed %s", test.states, got)
		}
	}
}
