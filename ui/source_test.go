package ui

import (
	"context"
	"errors"
	"sync"
	"time"

	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
)

func now(s reporttest.Dir) report.Update {
	return reporttest.Scanned([]report.Change{{Report: s.Report()}})
}

var errNotStale = errors.New("changed since you looked: held by 4711")

// fakeSource hands over what a test puts into it, and notes what it is asked.
type fakeSource struct {
	updates chan report.Update

	mu       sync.Mutex
	observed [][]string
	walked   int
	interval []time.Duration
}

func newFakeSource() *fakeSource { return &fakeSource{updates: make(chan report.Update, 16)} }

func (s *fakeSource) Run(ctx context.Context, sink func(report.Update)) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case u := <-s.updates:
			sink(u)
		}
	}
}

func (s *fakeSource) Observe(paths ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.observed = append(s.observed, paths)
}

func (s *fakeSource) Walk() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.walked++
}

func (s *fakeSource) SetInterval(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.interval = append(s.interval, d)
}
