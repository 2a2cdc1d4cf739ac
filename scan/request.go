package scan

import "time"

// Observe asks a running Monitor to observe these directories afresh now, and no others, or
// all of them if none are named. It does not wait. Like Walk and SetInterval
// it may be called from any goroutine.
func (m *Monitor) Observe(paths ...string) {
	m.change(func(a *agenda) {
		if len(paths) == 0 {
			a.asked.all = true
			return
		}
		a.asked.some = true
		for _, path := range paths {
			if rec := m.records.find(path); rec != nil {
				rec.due = due{why: asAsked}
				a.ask(rec)
			}
		}
	})
}

// Walk asks a running Monitor to walk the roots again now, and to observe
// everything afresh. It does not wait.
func (m *Monitor) Walk() { m.change(func(a *agenda) { a.asked.walk, a.asked.all = true, true }) }

// SetInterval changes the time between polls; 0 = only on request.
func (m *Monitor) SetInterval(d time.Duration) { m.change(func(a *agenda) { a.interval = d }) }

// change changes the agenda, and wakes up who waits for what is next on it.
func (m *Monitor) change(how func(*agenda)) {
	m.mu.Lock()
	how(&m.agenda)
	m.mu.Unlock()
	select {
	case m.poke <- struct{}{}:
	default:
	}
}
