package scan

import (
	"time"

	"lockscope/scan/report"
)

// tellProgress reports how far a walk is, again and again. stop reports it for the last time, and returns
// when that is done.
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
