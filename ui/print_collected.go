package ui

import (
	"cmp"
	"slices"

	"lockscope/scan"
)

// collected is what a scan has found until now: of each directory the latest report,
// since one that looked sound is found to be split only when the processes
// have been looked at. So what is printed once is printed at the end.
type collected struct {
	reports []*scan.Report // in the order they were found; nil where the directory is gone again
	at      map[string]int // index in reports, by path
	errors  []scan.PathError
}

// add takes in an update, but for reports that await their second look.
func (c *collected) add(u scan.Update) {
	if c.at == nil {
		c.at = map[string]int{}
	}
	for _, ch := range u.Changes {
		if ch.Checking {
			continue
		}
		if i, known := c.at[ch.Path]; known {
			c.reports[i] = ch.Report
			continue
		}
		c.at[ch.Path] = len(c.reports)
		c.reports = append(c.reports, ch.Report)
	}
	for _, path := range u.Gone {
		if i, known := c.at[path]; known {
			c.reports[i] = nil
			delete(c.at, path)
		}
	}
	c.errors = append(c.errors, u.Errors...)
}

// all returns the reports in the order they were found.
func (c *collected) all() []*scan.Report {
	return slices.DeleteFunc(c.reports, func(r *scan.Report) bool { return r == nil })
}

// shown returns the reports that are to be shown, the worst first, and equals in
// order of their paths.
func (c *collected) shown(opt PrintOptions) []*scan.Report {
	shown := slices.DeleteFunc(c.all(), func(r *scan.Report) bool { return !opt.shows(r.Verdict.State) })
	slices.SortFunc(shown, func(a, b *scan.Report) int {
		return cmp.Or(a.Verdict.State.Severity()-b.Verdict.State.Severity(), cmp.Compare(a.Path, b.Path))
	})
	return shown
}
