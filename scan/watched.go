package scan

import "lockscope/scan/report"

// watched says how changes become known; nil where nobody waits for any. The caller holds mu.
func (m *Monitor) watched() *report.Watched {
	if !m.watching {
		return nil
	}
	w := &report.Watched{Polled: m.records.polled()}
	w.Dirs = w.Polled[report.NotPolled]
	delete(w.Polled, report.NotPolled)
	if m.events != nil {
		w.Processes = m.events.source.Stats().Followed
		m.events.mu.Lock()
		w.Passed = len(m.events.passed)
		m.events.mu.Unlock()
	}
	return w
}
