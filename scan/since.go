package scan

import "lockscope/scan/report"

// since returns since when a directory has been as a look found it. A lock that changes hands is held anew.
func (r *record) since(next *report.Report) report.Since {
	before, was, first := r.report, r.moved(), next.FirstSince()
	moved := !was.first.IsZero() && was.first.Before(next.Observed)
	switch {
	case before == nil:
		return first
	case r.stood != nil && r.lasts(r.stood, next):
		return r.stood.Since
	case r.lasts(before, next):
		return before.Since
	case !first.AtLeast && first.At.After(r.lastStood().Observed):
		return first
	case r.stood == nil, !moved && wasSplit(r.stood, next):
		return first // nobody saw it begin
	case moved && was.last.Sub(was.first) > moveRarely && was.last.Before(next.Observed):
		// What moved in between may have been anything. Since the last time nothing has changed.
		return report.Since{At: was.last, AtLeast: true}
	case !moved && before.Verdict.State == report.Unknown && !before.Checking:
		return first // nobody saw it begin
	case moved:
		return report.Since{At: was.first}
	}
	return report.Since{At: next.Observed}
}

// wasSplit reports whether a split directory was split already when the last verdict stood: its lock file
// was the one that it is now, so the former one was gone by then, and its holder was found later, by a
// search of all processes.
func wasSplit(stood, next *report.Report) bool {
	return next.Verdict.State == report.Split && stood.Evidence.Lock.ID.SameFile(next.Evidence.Lock.ID)
}

// lastStood is the last report whose verdict stood, or the last one where none did.
func (r *record) lastStood() *report.Report {
	if r.report.Checking && r.stood != nil {
		return r.stood
	}
	return r.report
}

// lasts reports whether what a report has found is still so.
func (r *record) lasts(before, next *report.Report) bool {
	was, is := before.Evidence.Pidfile, next.Evidence.Pidfile
	// To replace a pidfile makes an event, to touch it makes none.
	isTouched := r.watch != nil && r.moved().first.IsZero() && was.ID.SameFile(is.ID) && was.PID == is.PID
	return before.Verdict.State == next.Verdict.State && (next.Verdict.State != report.Held || was.ID == is.ID || isTouched)
}
