package ui

import (
	"lockscope/scan/report"
	"lockscope/ui/show"
)

// row is one directory of the table. It stays the same row while its reports
// come and go.
type row struct {
	*report.Report                // as it is shown; nil before
	next           *report.Report // to be shown next, if that is not the same: see settle
	group          *group         // set on the head of a group, whose report has but a path
	class          show.Class
	stood          show.Class // of the last report whose verdict stood
	lower          bool       // what a filter looks through is printable ASCII in lower case
	selected       bool
	leaves         bool  // it is a data directory no longer, and still shown: see settle
	gone           bool  // from what is shown, too
	keeper         int32 // PID of who held the lock by that report; 0 = not known, or nobody
}

// set gives the row a new report.
func (r *row) set(report *report.Report) {
	r.Report, r.class = report, show.ClassOf(report)
	r.lower = isLower(report.Path)
	for c := range commandsOf(report) {
		r.lower = r.lower && isLower(c)
	}
}
