package list

import (
	"cmp"
	"slices"
	"time"

	"lockscope/scan/report"
	"lockscope/ui/show"
)

// Arrange returns those of the reports that a filter shows, in an order, as a list has them at a time on a host of
// this name. Of a filter with a problem it leaves out the words that have it: see [Problem].
func Arrange(reports []*report.Report, o Order, filter string, paths show.Paths, host string, now time.Time) []*report.Report {
	rows := make([]*Row, len(reports))
	for i, r := range reports {
		rows[i] = &Row{}
		rows[i].set(r)
	}
	slices.SortFunc(rows, func(a, b *Row) int { return cmp.Compare(a.Report.Key(), b.Report.Key()) })
	q := query{}
	q.terms, _ = parseTerms(filter, directoryFields)
	in := context{base: paths.Base, ascii: paths.Chars.ASCII, host: host, now: now}
	var shown []*report.Report
	for _, r := range o.sort(q.filter(nil, rows, nil, &in)) {
		shown = append(shown, r.Report)
	}
	return shown
}

// Problem says what is wrong with a filter, not escaped; it is empty where nothing is.
func Problem(filter string) string {
	_, problem := parseTerms(filter, directoryFields)
	return problem
}
