package scan

import (
	"context"
	"time"
)

// Monitor watches the data directories below the roots.
type Monitor struct {
}

// New checks the configuration and returns a Monitor that has not begun.
func New(cfg Config) (*Monitor, error) { return &Monitor{}, nil }

// Once walks the roots a single time, waits for second looks, and returns
// when every directory has its verdict. sink is called with what was found as
// it is found, never concurrently.
func (m *Monitor) Once(ctx context.Context, sink func(Update)) (Summary, error) {
	return Summary{}, nil
}

// Run walks the roots, then goes on observing at the interval until ctx ends.
// sink is called with what changed, never concurrently; while nothing changes
// it is called once a pass.
func (m *Monitor) Run(ctx context.Context, sink func(Update)) error { return nil }

// Observe asks a running Monitor to observe these directories afresh now, or
// all of them if none are named. It does not wait. Like SetInterval and Walk it may be called
// from any goroutine.
func (m *Monitor) Observe(paths ...string) {}

// Walk asks a running Monitor to walk the roots again now and observe everything afresh. It does not wait.
func (m *Monitor) Walk() {}

// SetInterval changes the time between passes; 0 = only on request.
func (m *Monitor) SetInterval(d time.Duration) {}
