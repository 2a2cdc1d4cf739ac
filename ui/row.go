package ui

import (
	"lockscope/scan/report"
)

// row is one directory of the table. It stays the same row while its reports
// come and go.
type row struct {
	*report.Report                // as it is shown; nil before
	next           *report.Report // to be shown next, if that is not the same: see settle
	group          *group         // set on the head of a group, whose report has but a path
	class          class
	stood          class // of the last report whose verdict stood
	lower          bool  // what a filter looks through is printable ASCII in lower case
	selected       bool
	leaves         bool  // it is a data directory no longer, and still shown: see settle
	gone           bool  // from what is shown, too
	keeper         int32 // PID of who held the lock by that report; 0 = not known, or nobody
}

// set gives the row a new report.
func (r *row) set(report *report.Report) {
	r.Report, r.class = report, classOf(report)
	r.lower = isLower(report.Path)
	for c := range commandsOf(report) {
		r.lower = r.lower && isLower(c)
	}
}

// holds reports whether a process is among the holders.
func holds(r *report.Report, pid int) bool {
	for i := range r.Evidence.Holders {
		if r.Evidence.Holders[i].Process.PID == pid {
			return true
		}
	}
	return false
}

// keeperPID is the PID of the process that a row is about, or else whom the pidfile names; 0 if none can be told.
func keeperPID(r *report.Report) int {
	if p := r.Keeper(); p != nil {
		return p.PID
	}
	return namedPID(r)
}
