package scan

import (
	"iter"
	"slices"

	"lockscope/lock/proc"
	"lockscope/scan/report"
)

// follow has the ends told of the processes that the report after names, and no longer of those that the
// one before names: nil where there is none, or these are not followed. It reports whether all are
// followed: otherwise none is.
func (e *events) follow(before, after *report.Report) (followed bool) {
	if e == nil {
		return false
	}
	then, now := processesIn(before), processesIn(after)
	followed = true
	for i, p := range now {
		if slices.Contains(then, p) || e.source.Follow(p) == nil {
			continue
		}
		for _, p := range now[:i] {
			if !slices.Contains(then, p) {
				e.source.Unfollow(p)
			}
		}
		now, followed = nil, false
		break
	}
	for _, p := range then {
		if !slices.Contains(now, p) {
			e.source.Unfollow(p)
		}
	}
	return followed
}

// follow follows the processes that the report of a record names now, and no longer those of the one before, which
// is nil where none are followed.
func (m *Monitor) follow(rec *record, before, now *report.Report) {
	followed := m.events.follow(before, now)
	m.mu.Lock()
	gone := rec.gone
	rec.followed = followed && !gone
	m.records.noteDue(rec)
	m.mu.Unlock()
	if followed && gone {
		m.events.follow(now, nil)
	}
}

// follows reports whether the end of a process will be told: the directory's report names it as alive, and
// those are followed.
func (r *record) follows(p *report.Process) bool {
	if !r.followed || p == nil {
		return false
	}
	for named, lives := range processesOf(r.report) {
		if lives && named == identity(p) {
			return true
		}
	}
	return false
}

// processesIn are those that a report names and that live, each once.
func processesIn(r *report.Report) (all []proc.Process) {
	if r == nil {
		return nil
	}
	for p, lives := range processesOf(r) {
		if lives && !slices.Contains(all, p) {
			all = append(all, p)
		}
	}
	return all
}

// processesOf yields the processes that a report names, and whether each lives: those that hold a lock do.
func processesOf(r *report.Report) iter.Seq2[proc.Process, bool] {
	return func(yield func(proc.Process, bool) bool) {
		if p := r.Evidence.Releaser; p != nil && !yield(identity(p), true) {
			return
		}
		for _, h := range r.Evidence.Holders {
			if !yield(identity(h.Process), true) {
				return
			}
		}
		if o := r.Evidence.Owner; o != nil {
			yield(identity(o), !r.Evidence.Process.Exited())
		}
	}
}
