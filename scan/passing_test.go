package scan

import (
	"testing"

	"lockscope/lock/locktest"
	"lockscope/scan/report"
)

// passing is a directory with a daemon, while somebody watches.
type passing struct {
	world *locktest.World
	dir   string
	owner *locktest.Proc
	w     *watch
}

func newPassing(t *testing.T, root string) *passing {
	t.Helper()
	world := locktest.TestWorld(t)
	site := play(t, world, root, locktest.HeldPlain)
	p := &passing{world: world, dir: site.Dir, owner: site.Procs[0], w: watchEvents(t, root)}
	p.w.untilState(t, p.dir, report.Held)
	return p
}

// daemon starts another daemon for the directory, which holds no lock yet.
func (p *passing) daemon(t *testing.T) *locktest.Proc {
	t.Helper()
	d, err := p.world.Daemon(p.dir)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (p *passing) release(t *testing.T, d *locktest.Proc) {
	t.Helper()
	if err := d.Release(); err != nil {
		t.Fatal(err)
	}
}

// told waits for a number of hand-offs, and returns the last.
func (p *passing) told(t *testing.T, n int) report.Handoff {
	t.Helper()
	var last report.Handoff
	p.w.until(t, "hand-off", func(f *found) bool {
		if len(f.handoffs) < n {
			return false
		}
		last = f.handoffs[n-1]
		return true
	})
	return last
}

// untilHeldBy waits until it is reported who holds the lock.
func (p *passing) untilHeldBy(t *testing.T, d *locktest.Proc) *report.Report {
	t.Helper()
	var r *report.Report
	p.w.until(t, "holder by name", func(f *found) bool {
		r = f.reports[p.dir]
		return r != nil && r.Verdict.State == report.Held && !r.Checking && r.Evidence.Pidfile.PID == d.PID
	})
	return r
}

// wantTold checks how many hand-offs were told in all.
func (p *passing) wantTold(t *testing.T, want int) {
	t.Helper()
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	if got := p.w.found.handoffs; len(got) != want {
		t.Errorf("told %+v, want %d", got, want)
	}
}

func wantHandoff(t *testing.T, h report.Handoff, dir string, from, to *locktest.Proc, rolledBack bool) {
	t.Helper()
	if h.Path != dir || h.From.PID != from.PID || h.To.PID != to.PID || h.RolledBack != rolledBack || h.To.Command == "" || h.From.Command == "" {
		t.Errorf("told %+v, want from %d to %d, rolled back %t", h, from.PID, to.PID, rolledBack)
	}
	if h.Gap < 0 || h.Acquired.Before(h.Released) {
		t.Errorf("a gap of %v from %v to %v", h.Gap, h.Released, h.Acquired)
	}
}
