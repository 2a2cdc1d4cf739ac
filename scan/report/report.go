package report

import (
	"time"

	"lockscope/lock"
)

// Verdict is what the evidence amounts to.
type Verdict struct {
	State   State
	Reasons Reasons
}

// Report is one data directory as it was last seen. It never changes once
// published: a new look makes a new Report.
type Report struct {
	Root     string // absolute path of the root it was found below
	Path     string // absolute path; untrusted bytes: escape before printing
	Evidence Evidence
	Verdict  Verdict
	Checking bool      // awaits its second look: counts neither as healthy nor as a problem
	Observed time.Time // when the evidence was gathered

	told *told // what its sender says of it; nil in a report that was not decoded
}

// Since is the moment from which the present state is known to last: when the
// pidfile was written, but not before the process that it names, and that lives, started; without a pidfile, when the first
// holder started. It is zero where nothing is known that can be true.
func (r *Report) Since() time.Time {
	ev := &r.Evidence
	since := r.credible(ev.Pidfile.ID.MTime)
	if o := ev.Owner; o != nil && (r.Verdict.State == Held || r.Verdict.State == Unguarded) && o.Started.After(since) {
		since = o.Started
	}
	if ev.Pidfile.ID.MTime != 0 {
		return since
	}
	for _, h := range ev.Holders {
		if since.IsZero() || h.Process.Started.Before(since) {
			since = h.Process.Started
		}
	}
	return since
}

// ClockSkew is how far ahead of ours the clock that gives files their times
// may be. What is later was set by somebody.
const ClockSkew = 2 * time.Second

// firstTime is the first that a file's time is believed to be: a host without a battery for its clock
// begins in 1970.
var firstTime = time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)

// credible is a file's time, or zero where the clock that it was taken from, or somebody who set it, was wrong.
func (r *Report) credible(mtime int64) time.Time {
	t := time.Unix(0, mtime)
	if mtime == 0 || t.Before(firstTime) || !r.Observed.IsZero() && t.After(r.Observed.Add(ClockSkew)) {
		return time.Time{}
	}
	return t
}

// Keeper is the process that the row of a directory is about: who keeps its lock. Of several that is the one that
// the pidfile names, else who took the lock, else the first. Where nobody keeps it, it is who keeps the lock file that was the
// directory's, or a lock of another kind; else the process that the pidfile names, if that lives. nil where there is none.
func (r *Report) Keeper() *Process {
	ev := &r.Evidence
	if p := ev.NamedHolder(); p != nil {
		return p
	}
	var keeper, former *Process
	for _, h := range ev.Holders {
		switch {
		case h.Deleted && former == nil:
			former = h.Process
		case h.Deleted:
		case keeper == nil || h.Process.PID == ev.Locker:
			keeper = h.Process
		}
	}
	if keeper == nil {
		keeper = former
	}
	for _, o := range ev.Openers {
		if keeper == nil && o.Other {
			keeper = o.Process
		}
	}
	if keeper == nil && (ev.Process == lock.ProcessAlive || ev.Process == lock.ProcessUnknown) {
		keeper = ev.Owner
	}
	return keeper
}

// Breakable reports whether a stale-break may be offered.
func (r *Report) Breakable() bool { return r.Verdict.State == Stale && !r.Checking }
