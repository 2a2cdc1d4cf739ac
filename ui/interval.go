package ui

import (
	"time"

	"lockscope/ui/show"
)

// intervals are what + and - go through.
var intervals = []time.Duration{
	500 * time.Millisecond, time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second,
	30 * time.Second, time.Minute, 5 * time.Minute,
}

// changeInterval takes the next longer or shorter interval, and says which: the header may have no room for it.
func (m *model) changeInterval(step int) {
	i := 0
	for i < len(intervals)-1 && intervals[i] < m.scan.wanted {
		i++
	}
	if step > 0 && intervals[i] > m.scan.wanted {
		step = 0 // between two of them
	}
	m.scan.wanted = intervals[max(min(i+step, len(intervals)-1), 0)]
	m.scan.interval = m.scan.wanted
	m.opts.Source.SetInterval(m.scan.wanted)
	m.notice = "looks every " + show.Seconds(m.scan.wanted)
}
