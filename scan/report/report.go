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

// Report is one data directory as it was last seen. It never changes once it is published: a new look
// makes a new Report. So it may be read concurrently.
type Report struct {
	Root     string // absolute path of the root it was found below
	Path     string // absolute path; untrusted bytes: escape before printing
	Evidence Evidence
	Verdict  Verdict
	Checking bool      // it awaits a second look: until then it is neither healthy nor a problem
	Observed time.Time // when the evidence was gathered
	Since    Since     // how long the state has been so

	received *sentences // what its sender says of it; nil in a report that was not decoded
}

// Keeper returns the process that the row of a directory is about, or nil if there is none. It is the
// first of these that there is:
//
//   - the holder that the pidfile names
//   - the holder that took the lock
//   - the first holder
//   - the first holder of a former lock file of the directory
//   - a process with a lock of another kind on the lock file
//   - the process that the pidfile names, if it is alive or nothing is known of it
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
		if keeper == nil && o.OtherLock {
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
