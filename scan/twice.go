package scan

import (
	"slices"

	"lockscope/lock/proc"
	"lockscope/scan/report"
)

// A directory that is reached by two paths, through a bind mount or a file system that is mounted twice, is
// known by the one that comes first in order. Where no mount below the roots makes that possible, no record is kept of it.

// expectTwice finds out whether directories can be reached by two paths, and keeps a record of them if so.
func (p *pass) expectTwice() {
	seen := map[uint64]int{} // mounts of each device that the walk comes by
	ours := p.obs.mounts.ours
	for _, m := range ours {
		isRoot := func(r *root) bool { top, ok := ours.Find(r.real); return ok && top.ID == m.ID }
		isBelow := func(r *root) bool { return proc.Within(m.Point, r.real) }
		if slices.ContainsFunc(p.roots, isRoot) || slices.ContainsFunc(p.roots, isBelow) {
			seen[m.Dev]++
		}
	}
	twice := false
	for _, n := range seen {
		twice = twice || n > 1
	}
	p.Monitor.mu.Lock()
	defer p.Monitor.mu.Unlock()
	switch {
	case !twice:
		p.paths = nil
	case p.paths == nil:
		p.paths = map[fileKey]string{}
		for e := range p.entries.all() {
			p.paths[fileKey{e.report.Evidence.Dir.Dev, e.report.Evidence.Dir.Ino}] = e.path
		}
	}
}

// reachedTwice reports whether a directory is known by a path that comes before the report's. other is the path that
// it is not to be known by any longer, if there is one. The caller holds mu.
func (m *Monitor) reachedTwice(r *report.Report) (other string, again bool) {
	key := fileKey{r.Evidence.Dir.Dev, r.Evidence.Dir.Ino}
	if m.paths == nil || key == (fileKey{}) {
		return "", false
	}
	known, ok := m.paths[key]
	switch {
	case !ok || known == r.Path || !m.cfg.SummaryOnly && m.entries.find(known) == nil:
		m.paths[key] = r.Path
		return "", false
	case m.cfg.SummaryOnly || known < r.Path: // who only counts need not know which path it is
		return r.Path, true
	}
	m.paths[key] = r.Path
	return known, false
}

// retire forgets a path of a directory that is known by another one. What was not delivered yet of it never is.
func (m *Monitor) retire(path string) {
	m.mu.Lock()
	known := m.entries.remove(path)
	m.mu.Unlock()
	if !known {
		return
	}
	m.out.put(func(u *report.Update) {
		undelivered := false
		u.Changes = slices.DeleteFunc(u.Changes, func(c report.Change) bool {
			undelivered = undelivered || c.Report.Path == path && c.New
			return c.Report.Path == path
		})
		if !undelivered {
			u.Gone = append(u.Gone, path)
		}
	})
}
