package repair

import (
	"lockscope/lock"
	"lockscope/scan/report"
)

// Record makes an attempt to break the stale lock of a directory on another host, and puts it on record here:
// the intent before it, and what came of it afterwards. Without a record of the intent there is no attempt.
func (a *AuditLog) Record(r *report.Report, names lock.Names, attempt func() report.Attempt) report.Attempt {
	return a.record(r, names, "", func(func(report.Attempt)) report.Attempt { return attempt() }, nil)
}

// record does Record's work, on any host. An attempt that has given up may call late once, with what it
// came to after all: that is a second outcome on record. after returns what there is to see after the
// attempt; nil where nothing can be seen from here.
func (a *AuditLog) record(r *report.Report, names lock.Names, askedBy string, attempt func(late func(report.Attempt)) report.Attempt, after func() auditEvidence) report.Attempt {
	seen := r.WasSeen()
	record := AuditRecord{
		Dir: r.Path, Action: "break-stale", Phase: phaseIntent, AskedBy: report.Escape(askedBy),
		Files: names.Leftovers(*seen), Evidence: evidenceOf(seen, r.Verdict),
	}
	if r.Host != a.Host {
		record.On = r.Host
	}
	if err := a.Append(record); err != nil {
		return report.Attempted(nil, refusedByAudit(r, err))
	}
	outcome := func(came report.Attempt) error {
		record := record
		record.Phase, record.Outcome, record.Files, record.Evidence = phaseOutcome, came.Outcome.String(), came.Files, auditEvidence{}
		record.Reason, record.Error = came.Reason(), report.Escape(came.Why())
		if after != nil {
			record.Evidence = after()
		}
		return a.Append(record)
	}
	told := make(chan struct{})
	defer close(told)
	came := attempt(func(late report.Attempt) {
		<-told        // the records are in order
		outcome(late) // nobody is there to be told of an error
	})
	if err := outcome(came); err != nil {
		came = came.Unrecorded(err)
	}
	return came
}
