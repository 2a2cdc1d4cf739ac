package scan

import (
	"lockscope/lock"
	"lockscope/scan/observe"
	"lockscope/scan/report"
)

// isUnchanged reports whether nothing has changed of what the last report rests on, but for the lock file,
// which is the caller's to look at. It is false where the plan is to observe the directory afresh. What
// hardly ever changes alone is looked at only in turn: a daemon that closes its descriptor without a
// release changes nothing in the directory.
func (r *round) isUnchanged(d lock.Dir, p plan) bool {
	return !p.purpose.observes() && r.session.Unchanged(d, p.before, r.few && p.purpose == toConfirm)
}

// seen is the result of a look at a directory. The zero value says that nothing has changed.
type seen struct {
	report     *report.Report // without a verdict, which record.apply adds; nil if nothing was observed
	needsTable bool           // it takes the kernel's lock table, which is not read yet
	err        error          // why nothing was observed: the directory is gone, or cannot be opened
}

// observe observes the directory that d is open on, whatever is known of it.
func (r *round) observe(root, path string, d lock.Dir, file lock.LockFile, how observe.Options) seen {
	how.Search = r.search
	now := r.session.Observe(d, file, how)
	if now.NeedsTable {
		return seen{needsTable: true}
	}
	return seen{report: &report.Report{Root: root, Path: path, Evidence: now.Evidence, Observed: now.At}}
}
