package scan

import (
	"time"

	"lockscope/scan/notify"
	"lockscope/scan/observe"
	"lockscope/scan/report"
)

// plan says how a directory is to be looked at.
type plan struct {
	before   *report.Report // the last report on it; nil where nothing is known
	purpose  purpose
	releaser *report.Process // who may be handing the directory over: see handover
	watch    *notify.Watch   // nil where the directory is not watched
	rest     *observe.Rest   // see observe.Options
	moved    time.Time       // the last event there
	skip     bool            // it need not be looked at: whatever happens there makes an event

	waitForTable bool // see observe.Options
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
	if rec == nil {
		return plan{purpose: toLearn}
	}
	purpose, skip := r.purposeOf(rec)
	return plan{
		before: rec.report, purpose: purpose, skip: skip, releaser: rec.handover.releaser(r.start),
		watch: rec.watch, rest: rec.rest, moved: later(rec.moved().last, r.m.agenda.lost),
	}
}

// purposeOf says for what a known directory is looked at in this round, and whether it need not be: see plan. The
// caller holds the monitor's mu.
func (r *round) purposeOf(rec *record) (purpose purpose, skip bool) {
	switch {
	case r.todo.afresh:
		return onRequest, false
	case !rec.due.at.After(r.start):
		return rec.due.purpose, false
	case rec.makesEvents():
		return toConfirm, !r.todo.complete && !rec.isTurn(r.m.polls, r.m.turns)
	case rec.isTurn(r.m.polls, confirmPolls):
		return toConfirm, false
	}
	return toPoll, false
}

// previous returns the evidence of the last look; nil if there was none.
func (p *plan) previous() *report.Evidence {
	if p.before == nil {
		return nil
	}
	return &p.before.Evidence
}
