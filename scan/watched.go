package scan

import "lockscope/scan/report"

// watched says how changes become known; nil where nobody waits for any. The caller holds mu.
func (m *Monitor) watched() *report.Watched {
	if !m.watching {
		return nil
	}
	polled := m.records.polled()
	w := &report.Watched{Dirs: polled[report.NotPolled], Polled: map[report.PolledBecause]int{}}
	for why, n := range polled {
		if n > 0 && report.PolledBecause(why) != report.NotPolled {
			w.Polled[report.PolledBecause(why)] = n
		}
	}
	if m.events != nil {
		w.Processes = m.events.source.Stats().Followed
		m.events.mu.Lock()
		w.Passed = len(m.events.passed)
		m.events.mu.Unlock()
	}
	return w
}
