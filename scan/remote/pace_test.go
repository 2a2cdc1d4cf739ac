package remote

import (
	"testing"
	"time"

	"lockscope/scan/report"
)

// Nobody waits for ever for a first pass that does not get on. After it the far side's word counts.
func TestPace(t *testing.T) {
	start := time.Now()
	p := pace{moved: start}
	for _, step := range []struct {
		at    time.Duration
		beat  report.Heartbeat
		whole bool
		want  time.Duration
	}{
		{firstPassStill, report.Heartbeat{}, false, 0},
		{firstPassStill + 5*time.Second, report.Heartbeat{}, false, firstPassStill + 5*time.Second},
		{firstPassStill + 9*time.Second, report.Heartbeat{Progress: report.Progress{Visited: 1}}, false, 0},
		{2*firstPassStill + 10*time.Second, report.Heartbeat{Progress: report.Progress{Visited: 1}}, false, firstPassStill + time.Second},
		{2*firstPassStill + 11*time.Second, report.Heartbeat{}, true, 0},
		{9 * firstPassStill, report.Heartbeat{}, true, 0},
		{9 * firstPassStill, report.Heartbeat{Stalled: time.Hour}, true, time.Hour},
	} {
		if got := p.stalled(&step.beat, step.whole, start.Add(step.at)); got != step.want {
			t.Errorf("after %v: %v, want %v", step.at, got, step.want)
		}
	}
}
