package chaos

import (
	"fmt"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// moment is a time of CLOCK_MONOTONIC, which is the same in all processes.
type moment time.Duration

func (m moment) String() string { return fmt.Sprintf("%.4f", time.Duration(m).Seconds()) }

// clocks reads that clock and the one of the printed times at one moment: a loaded host may stop a process in between.
func clocks() (at moment, wall time.Time) {
	for {
		at = now()
		wall = time.Now()
		if now()-at < moment(100*time.Microsecond) {
			return at, wall
		}
	}
}

func now() moment {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts); err != nil {
		panic(err)
	}
	return moment(ts.Nano())
}

// span is when something happened: not before From, and not after To.
type span struct{ From, To moment }

func (s span) overlaps(o span) bool { return s.From <= o.To && o.From <= s.To }

// wider is the span with so much more before and after it.
func (s span) wider(before, after time.Duration) span {
	return span{s.From - moment(before), s.To + moment(after)}
}

// pidfile is what the pidfile of a directory says. The zero pidfile is none.
type pidfile struct {
	Number int  // of its writing: each is another file
	PID    int  // of the process that it means, as the host counts; 0: there is no pidfile
	Lives  bool // that process
}

// facts are what is the case at a path.
type facts struct {
	Missing bool    // no data directory: nothing of the protocol is there
	Holders []int   // who has the flock on the lock file there, by its own descriptor or an inherited one
	Taker   int     // who took it; it may have ended
	Pidfile pidfile // what is there
	Former  []int   // who has the flock on a lock file that was there before, or below a mount there
	Writers int     // number of the lock file: two who hold the same one are two writers
}

func (f facts) clone() facts {
	f.Holders, f.Former = slices.Clone(f.Holders), slices.Clone(f.Former)
	return f
}

func (f facts) equal(g facts) bool {
	return f.Missing == g.Missing && f.Taker == g.Taker && f.Pidfile == g.Pidfile && f.Writers == g.Writers &&
		slices.Equal(f.Holders, g.Holders) && slices.Equal(f.Former, g.Former)
}

// state is what lockscope should call these facts, by the README's table; "" where there is nothing to say.
func (f facts) state() string {
	named, held := f.Pidfile.PID != 0, len(f.Holders) > 0
	switch {
	case f.Missing:
		return ""
	case len(f.Former) > 0:
		return "split"
	case !held && !named:
		return "free"
	case !held: // no daemon of this test writes without the lock
		return "stale"
	case !named:
		return "unnamed"
	case slices.Contains(f.Holders, f.Pidfile.PID):
		return "held"
	case !f.Pidfile.Lives && !slices.Contains(f.Holders, f.Taker):
		return "orphaned"
	}
	return "mismatch"
}

// removePidfile removes the pidfile. Without a lock file nothing makes a data directory then.
func (f *facts) removePidfile() {
	f.Pidfile = pidfile{}
	f.Missing = f.Missing || f.Writers == 0
}

// period is that something was the case at a path, for all of the time or, where another one overlaps, for a part.
type period struct {
	span
	facts
}

// history is what was the case at one path. Until its first period nothing was there.
type history []period

// during returns what may have been the case within a span.
func (h history) during(s span) (found []period) {
	for _, p := range h {
		if p.overlaps(s) {
			found = append(found, p)
		}
	}
	return found
}

// brokenIn returns which pidfiles were removed by breaks of this path, and when.
func (h history) brokenIn(breaks []span) map[int]span {
	gone := map[int]span{}
	for _, b := range breaks {
		for _, p := range h.during(b) {
			if p.state() == "stale" {
				gone[p.Pidfile.Number] = b
			}
		}
	}
	return gone
}

// without is the history without these pidfiles from some moment of a span on.
func (h history) without(gone map[int]span) (out history) {
	for _, p := range h {
		b, ok := gone[p.Pidfile.Number]
		if !ok || p.Pidfile.PID == 0 {
			out = append(out, p)
			continue
		}
		if p.From < b.To {
			before := p
			before.To = min(p.To, b.To)
			out = append(out, before)
		}
		if p.To > b.From {
			after := p
			after.facts = p.clone()
			after.removePidfile()
			after.From = max(p.From, b.From)
			out = append(out, after)
		}
	}
	return out
}

// nobody is the PID of a temporary pidfile that was left behind.
const nobody = -1
