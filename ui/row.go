package ui

import "lockscope/scan"

// row is one directory of the table. It stays the same row while its reports
// come and go.
type row struct {
	*scan.Report
	class    class
	stood    class  // the class before, if that is still being checked
	group    *group // set on the head of a group, whose report has but a path
	lower    bool   // what a filter looks through is printable ASCII in lower case
	selected bool
	replaced bool // its place is being sought anew
	gone     bool // it is a data directory no longer
}

// set gives the row a new report.
func (r *row) set(report *scan.Report) {
	r.Report, r.class = report, classOf(report)
	r.lower = isLower(report.Path)
	for c := range commandsOf(report) {
		r.lower = r.lower && isLower(c)
	}
}

// holds reports whether a process is among the holders.
func holds(r *scan.Report, pid int) bool {
	for i := range r.Evidence.Holders {
		if r.Evidence.Holders[i].PID == pid {
			return true
		}
	}
	return false
}
