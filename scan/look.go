package scan

import (
	"lockscope/lock"
	"lockscope/scan/notify"
	"lockscope/scan/observe"
	"lockscope/scan/report"
)

// isUnchanged reports whether nothing has changed of what the last report rests on, but for the lock file,
// which is the caller's to look at. It is false where the plan is to observe the directory afresh. What
// hardly ever changes alone is looked at only in turn: a daemon that closes its descriptor without a
// release changes nothing in the directory.
func (r *round) isUnchanged(d lock.Dir, p plan) bool {
	return p.skip || !p.purpose.observes() && r.session.Unchanged(d, p.before, r.few && p.purpose == toConfirm)
}

// seen is the result of a look at a directory. The zero value says that nothing has changed.
type seen struct {
	report     *report.Report       // without a verdict, which record.apply adds; nil if nothing was observed
	needsTable bool                 // it takes the kernel's lock table, which is not read yet
	err        error                // why nothing was observed: the directory is gone, or cannot be opened
	watch      *notify.Watch        // nil where the directory is not watched
	polled     report.PolledBecause // why it is not
	releaser   *report.Process      // as in plan
	rest       *observe.Rest        // see observe.Look
}

// observe observes the directory that d is open on, whatever is known of it. It is watched before it is
// observed: what happens meanwhile makes an event.
func (r *round) observe(root, path string, d lock.Dir, file lock.LockFile, p plan) seen {
	s := seen{releaser: p.releaser}
	s.watch, s.polled = r.watch(d, path, p)
	now := r.session.Observe(d, file, observe.Options{
		Previous: p.previous(), Search: r.search, Releaser: p.releaser, WaitForTable: p.waitForTable,
		Rest: p.rest, Moved: p.moved, Poll: !p.purpose.observes(), Watched: s.watch != nil,
	})
	if s.needsTable = now.NeedsTable; s.needsTable { // the next look watches it
		if s.watch != p.watch {
			r.m.events.unwatch(s.watch)
		}
		s.watch = nil
	} else {
		s.rest = now.Rest
		s.report = &report.Report{Host: r.m.cfg.Host, Root: root, Path: path, Evidence: now.Evidence, Observed: now.At}
	}
	return s
}

// watch watches the directory that d is open on, unless it is watched. What was watched by this path before
// may be another directory.
func (r *round) watch(d lock.Dir, path string, p plan) (*notify.Watch, report.PolledBecause) {
	switch {
	case r.m.events == nil:
		return nil, report.PolledByRequest
	case !r.session.MountsKnown():
		return nil, report.PolledFailed
	case !r.session.MakesEvents(d):
		return nil, report.PolledRemote
	}
	if p.watch != nil && p.before != nil {
		if id, err := d.ID(); err == nil && id.SameFile(p.before.Evidence.Dir) {
			return p.watch, report.NotPolled
		}
	}
	return r.m.events.arm(d, notify.Data, path)
}
