package remote

import (
	"time"

	"lockscope/scan/report"
)

// pace is how a host's scan gets on, in one session.
type pace struct {
	moved   time.Time // when it got on last, as long as it has not told of all its directories
	visited int       // directories, by its last heartbeat
}

// stalled takes in a heartbeat, and returns for how long the scan stands still by then; 0 where it may be
// well. The far side says so itself. But one that is older does not, nor one that lies, and who waits for
// the end of the first pass would wait for ever.
func (p *pace) stalled(beat *report.Heartbeat, whole bool, now time.Time) time.Duration {
	if whole || beat.Progress.Visited != p.visited {
		p.moved, p.visited = now, beat.Progress.Visited
	}
	if still := now.Sub(p.moved); beat.Stalled == 0 && still > firstPassStill {
		return still
	}
	return beat.Stalled
}
