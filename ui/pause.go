package ui

import "time"

// pause stops the table, or lets it go on with what changed meanwhile. The directories are watched
// all along.
func (m *model) pause() {
	if !m.scan.paused() {
		m.scan.pausedAt = m.now()
		return
	}
	m.scan.pausedAt = time.Time{}
	m.list.Settle()
	for path := range m.highlighted {
		m.highlighted[path] = m.now()
	}
}

// asOf is the moment that the table shows.
func (m *model) asOf() time.Time {
	if m.scan.paused() {
		return m.scan.pausedAt
	}
	return m.now()
}
