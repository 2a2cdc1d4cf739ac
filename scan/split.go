package scan

import (
	"context"
	"maps"
	"slices"

	"lockscope/scan/report"
)

// searchesSplits reports whether this round is to search for former lock files, and whether that is since
// it was not done for long, rather than since directories have come.
func (r *round) searchesSplits() (searches, isDue bool) {
	m := r.m
	m.mu.Lock()
	defer m.mu.Unlock()
	since := r.start.Sub(m.splitsSearched)
	isDue = r.todo.afresh || since >= refreshEvery
	if !r.todo.all || !isDue && !(m.lockFilesCame && since >= m.splitsRest) {
		return false, false
	}
	m.lockFilesCame = false
	return true, isDue
}

// splitDirs returns the real paths of the directories of which some process holds a former lock file.
func (r *round) splitDirs(ctx context.Context) []string {
	r.m.mu.Lock()
	known := r.m.records.known()
	r.m.mu.Unlock()
	return r.session.SplitDirs(ctx, known, r.roots.RealPaths())
}

// retract takes back the verdicts on directories, by their real paths: some process holds a former lock
// file of them. They are looked at again in the next round.
func (r *round) retract(real []string) {
	changes := map[string]report.Change{}
	r.m.mu.Lock()
	r.m.searchAnew = r.m.searchAnew || len(real) > 0
	for _, name := range real {
		path, root, ok := r.roots.PathOf(name)
		if !ok {
			continue
		}
		rec := r.m.records.find(path)
		if rec == nil && r.m.cfg.SummaryOnly {
			rec = r.m.records.restoreCounted(root.Path, path)
		} else if rec == nil {
			continue
		} else if before, c := rec.report, rec.retract(r.start); c != nil {
			changes[path] = *c
			r.m.records.noteReport(before, rec.report)
		}
		r.m.records.noteDue(rec)
		r.m.agenda.noteSettling(rec)
	}
	r.m.mu.Unlock()
	if len(changes) == 0 || r.m.cfg.SummaryOnly {
		return
	}
	r.m.out.put(func(u *report.Update) {
		// A change that is not delivered yet is replaced.
		u.Changes = slices.DeleteFunc(u.Changes, func(d report.Change) bool {
			c, again := changes[d.Report.Path]
			if again {
				c.New = c.New || d.New
				changes[d.Report.Path] = c
			}
			return again
		})
		u.Changes = slices.AppendSeq(u.Changes, maps.Values(changes))
	})
}
