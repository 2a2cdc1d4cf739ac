package scan

import (
	"lockscope/scan/report"
)

// plan says how a directory is to be looked at.
type plan struct {
	before  *report.Report // the last report on it; nil where nothing is known
	purpose purpose
}

// planFor plans the look at a directory that the walk has found.
func (r *round) planFor(path string) plan {
	r.m.mu.Lock()
	defer r.m.mu.Unlock()
	return r.plan(r.m.records.find(path))
}

// plan plans the look at a directory, whose record is nil where it is not known. The caller holds the
// monitor's mu.
func (r *round) plan(rec *record) plan {
	switch {
	case rec == nil:
		return plan{purpose: toLearn}
	case r.todo.afresh:
		return plan{rec.report, onRequest}
	case !rec.due.at.After(r.start):
		return plan{rec.report, rec.due.purpose}
	case rec.isTurn(r.m.polls):
		return plan{rec.report, toConfirm}
	}
	return plan{rec.report, toPoll}
}

// previous returns the evidence of the last look; nil if there was none.
func (p *plan) previous() *report.Evidence {
	if p.before == nil {
		return nil
	}
	return &p.before.Evidence
}
