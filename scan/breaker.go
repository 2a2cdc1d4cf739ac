package scan

import (
	"errors"
	"fmt"

	"lockscope/lock"
)

// Breaker breaks stale locks, and puts every attempt on record. It may be used
// concurrently.
type Breaker struct {
	Names lock.Names
	Audit *AuditLog
}

// Break removes what was left behind in the directory of a report, if the
// evidence in it still holds: see lock.BreakStale, whose errors it returns. An attempt that cannot be
// put on record is refused. If only its outcome cannot, the error says so, beside the names of the files
// that were removed.
func (b *Breaker) Break(r *Report) (removed []string, err error) {
	seen := &r.Evidence.Evidence
	if !r.Breakable() {
		return nil, &lock.RefusedError{Dir: r.Path, Reason: lock.RefusedNothing, PID: seen.Pidfile.PID}
	}
	record := AuditRecord{
		Dir: r.Path, Action: "break-stale", Phase: "intent",
		Files: b.Names.Leftovers(*seen), Evidence: evidenceOf(seen, r.Verdict),
	}
	if err := b.Audit.Append(record); err != nil {
		return nil, &lock.RefusedError{Dir: r.Path, Reason: lock.RefusedAudit, PID: seen.Pidfile.PID, Err: err}
	}
	removed, err = b.Names.BreakStale(r.Path, *seen)
	if unrecorded := b.Audit.Append(b.outcome(record, seen.Dir, removed, err)); unrecorded != nil {
		err = errors.Join(err, fmt.Errorf("the outcome is not in the audit log: %w", unrecorded))
	}
	return removed, err
}

func (b *Breaker) outcome(r AuditRecord, seen lock.FileID, removed []string, err error) AuditRecord {
	r.Phase, r.Outcome, r.Files, r.Evidence = "outcome", "removed", removed, b.after(r.Dir, seen)
	if err != nil {
		r.Error = Escape(err.Error())
		r.Outcome = "failed"
	}
	var refused *lock.RefusedError
	if errors.As(err, &refused) {
		r.Reason = refused.Reason.String()
		if refused.Reason != lock.RefusedUnknown && len(removed) == 0 {
			r.Outcome = "refused"
		}
	}
	return r
}

// after is what the directory's files show now, if its path still leads to the one
// that was seen. The lock is not probed.
func (b *Breaker) after(dir string, seen lock.FileID) (e auditEvidence) {
	d, err := b.Names.OpenDir(dir)
	if err != nil {
		return e
	}
	defer d.Close()
	if id, err := d.ID(); err != nil || !id.SameFile(seen) {
		return e
	}
	ev := lock.Evidence{Lock: d.LockFile(), Pidfile: d.Pidfile()}
	ev.Temps, _ = d.Temps()
	e.files(&ev)
	return e
}
