package scan

import (
	"time"

	"lockscope/lock"
	"lockscope/scan/report"
)

// record is what is known of one directory, and what it waits for.
type record struct {
	path     string
	report   *report.Report // never changes: a new look makes a new one; nil before the first
	settling *settling      // nil when its verdict stands
	due      due
	walk     int  // number of the last walk that came by
	counted  bool // it is among those that are only counted, and is looked at again
	gone     bool // it is not known any more
}

// due is when a directory is to be observed afresh, though nothing in it seems to have changed.
type due struct {
	at  time.Time
	why why
}

// why is what a directory is looked at for.
type why uint8

const (
	toPoll    why = iota // to see whether anything has changed
	toConfirm            // the same, with what hardly ever changes alone

	// For these it is observed afresh.
	toRefresh // nothing else tells that somebody locked or unlocked by hand
	toSettle  // its verdict does not stand yet
	asAsked   // somebody asked for it
	toLearn   // nothing is known of it yet
)

// observes reports whether a directory is observed afresh, whether or not it has changed.
func (w why) observes() bool { return w >= toRefresh }

// apply takes in a look, of which the report has all but the verdict. It returns what is to be told of the
// directory, nil if there is nothing new, and sets when it is due again. It depends on nothing but the look
// and the record, and nobody else has seen the report yet.
func (r *record) apply(next *report.Report) (change *report.Change) {
	before := r.report
	next.Verdict = report.Classify(&next.Evidence)
	switch {
	case report.NeedsLook(&next.Evidence, next.Verdict):
		if r.settling == nil {
			r.settling = &settling{}
		}
		if r.settling.look(&next.Evidence) {
			r.settling = nil
			next.Verdict = report.Classify(&next.Evidence)
		}
	case r.settling == nil && before != nil && mayBeSplit(before, next):
		r.settling = &settling{}
	default:
		r.settling = nil
	}
	next.Checking = r.settling != nil
	r.report, r.due = next, r.dueAfter(next, before == nil)
	if before == nil {
		return &report.Change{Report: next, New: true}
	}
	if report.Differs(before, next) {
		return &report.Change{Report: next, From: before.Verdict.State}
	}
	return nil
}

// dueAfter is when a directory is due after a report. After the first it is due a little later, and each
// at another time, lest all that a walk has found are due at once.
func (r *record) dueAfter(now *report.Report, first bool) due {
	ev := &now.Evidence
	switch {
	case r.settling != nil:
		return due{now.Observed.Add(lookAgain), toSettle}
	case ev.Lock.State == lock.LockHeld && len(ev.Holders) == 0:
		// The death of a holder who cannot be seen changes nothing that can.
		return due{now.Observed.Add(walkEvery), toRefresh}
	case first:
		const steps = 1 << 10
		return due{now.Observed.Add(refreshEvery + refreshEvery/2*time.Duration(ev.Dir.Ino%steps)/steps), toRefresh}
	}
	return due{now.Observed.Add(refreshEvery), toRefresh}
}

// retract takes the verdict back, at a time: a process was found that holds a lock file which the directory
// had. It returns what is to be told: nil where that is known, or no verdict stands.
func (r *record) retract(now time.Time) *report.Change {
	if r.settling != nil || r.report.Verdict.State == report.Split {
		return nil
	}
	again := *r.report
	again.Checking = true
	change := &report.Change{Report: &again, From: r.report.Verdict.State}
	r.report, r.settling, r.due = &again, &settling{}, due{now, toSettle}
	return change
}

// mayBeSplit reports whether somebody may hold a lock file that the directory
// had at the last look, and has no more. Only a search of all processes tells.
func mayBeSplit(before, now *report.Report) bool {
	had := before.Evidence.Lock.ID
	return now.Verdict.State != report.Split &&
		(before.Verdict.State == report.Split || had != (lock.FileID{}) && !had.SameFile(now.Evidence.Lock.ID))
}

// isTurn reports whether the rotation has come to the directory in this poll.
func (r *record) isTurn(poll int) bool {
	return (r.report.Evidence.Dir.Ino+uint64(poll))%confirmPolls == 0
}
