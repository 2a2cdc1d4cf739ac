package cli

import (
	"testing"
	"time"

	"lockscope/scan/report"
)

// Heartbeats go on where the scan does not, and say so.
func TestHeartbeatOfAStalledScan(t *testing.T) {
	long := time.Now().Add(-time.Hour)
	p := &printing{scan: &scanning{}, health: newHealth(time.Second, time.Second, long)}
	p.note(report.Update{Progress: report.Progress{Walking: true}}) // the walk is told of, and gets nowhere
	if beat := p.heartbeat(); beat.Stalled < time.Hour {
		t.Errorf("%+v", beat)
	}
	p.note(report.Update{Summary: &report.Summary{}})
	if beat := p.heartbeat(); beat.Stalled != 0 || beat.Looked.IsZero() {
		t.Errorf("%+v", beat)
	}
}
