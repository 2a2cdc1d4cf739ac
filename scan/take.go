package scan

import (
	"slices"
	"time"

	"lockscope/scan/report"
)

// take takes in a look at a directory, and tells what is new in it.
func (r *round) take(now *report.Report) {
	m := r.m
	m.mu.Lock()
	other, alias := m.records.isAlias(now.Evidence.Dir, now.Path)
	if alias {
		m.mu.Unlock()
		return
	}
	rec := m.records.find(now.Path)
	if rec == nil {
		rec = m.records.add(now.Path)
	}
	change := rec.apply(now)
	rec.walk = max(rec.walk, r.walk)
	m.agenda.note(rec)
	if m.cfg.SummaryOnly {
		m.records.count(rec)
		change = nil
	}
	m.mu.Unlock()
	if other != "" {
		m.retire(other)
	}
	if change != nil {
		m.out.put(func(u *report.Update) { u.Changes = append(u.Changes, *change) })
	}
}

// remove forgets the record of a directory, and reports whether there was one.
func (m *Monitor) remove(path string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	rec := m.records.remove(path)
	if rec == nil {
		return false
	}
	m.agenda.note(rec)
	return true
}

// forget forgets a directory that is gone, and tells so.
func (m *Monitor) forget(path string) {
	if m.remove(path) {
		m.out.put(func(u *report.Update) { u.Gone = append(u.Gone, path) })
	}
}

// retire forgets a path of a directory that is known by another one. What was not delivered yet of it
// never is.
func (m *Monitor) retire(path string) {
	if !m.remove(path) {
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

// fail tells of a root or a directory that cannot be read.
func (m *Monitor) fail(e report.PathError) {
	m.mu.Lock()
	m.errors++
	m.mu.Unlock()
	m.out.put(func(u *report.Update) { u.Errors = append(u.Errors, e) })
}

// tellProgress tells how far a walk is, until stop is called.
func (m *Monitor) tellProgress(began time.Time, progress func() (visited, found int)) (stop func()) {
	tell := func(walking bool) {
		visited, found := progress()
		m.out.put(func(u *report.Update) {
			u.Progress = report.Progress{Walking: walking, Visited: visited, Found: found, Elapsed: time.Since(began)}
		})
	}
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(progressEvery)
		defer tick.Stop()
		for {
			select {
			case <-done:
				tell(false)
				return
			case <-tick.C:
				tell(true)
			}
		}
	}()
	return func() { close(done); <-ended }
}
