package scan

import (
	"time"

	"lockscope/scan/report"
)

// request is what somebody asked to be done before it is due. The zero request asks for nothing.
type request struct {
	walk    bool             // walk the roots
	all     bool             // observe every directory afresh
	some    bool             // observe those that were named afresh, known or not
	records map[*record]bool // those of them that are known
}

// add adds a known directory to those that were named.
func (q *request) add(r *record) {
	if q.records == nil {
		q.records = map[*record]bool{}
	}
	q.records[r] = true
}

// Observe asks a running Monitor to observe the directories of these keys afresh now, and no others: see
// report.Report.Key. Without keys it asks for all. A key that is not known is ignored. It does not wait for
// the looks. It may be called concurrently, as may Walk and SetInterval.
func (m *Monitor) Observe(keys ...string) {
	m.change(func(a *agenda) {
		if len(keys) == 0 {
			a.asked.all = true
			return
		}
		a.asked.some = true
		for _, key := range keys {
			host, path := report.SplitKey(key)
			if rec := m.records.find(path); rec != nil && host == m.cfg.Host {
				a.asked.add(rec)
			}
		}
	})
}

// Walk asks a running Monitor to walk the roots again now, and to observe every directory afresh. It
// does not wait for that.
func (m *Monitor) Walk() { m.change(func(a *agenda) { a.asked.walk, a.asked.all = true, true }) }

// SetInterval changes the time between polls: see Config.Interval.
func (m *Monitor) SetInterval(d time.Duration) { m.change(func(a *agenda) { a.interval = d }) }

// change changes the agenda, and wakes up Run if it waits for what is next on it.
func (m *Monitor) change(how func(*agenda)) {
	m.mu.Lock()
	how(&m.agenda)
	m.mu.Unlock()
	select {
	case m.wake <- struct{}{}:
	default:
	}
}
