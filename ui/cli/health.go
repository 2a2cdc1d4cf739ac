package cli

import (
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"lockscope/scan/report"
)

// health says whether the scan of a watch goes on. It may be used concurrently.
type health struct {
	timeout time.Duration // of one directory, which may hold up a pass for that long

	mu       sync.Mutex // guards what follows
	interval time.Duration
	passed   bool // the first pass is over
	visited  int  // directories, by the walk that is under way
	looked   time.Time
}

func newHealth(interval, timeout time.Duration, now time.Time) *health {
	return &health{interval: interval, timeout: timeout, looked: now}
}

// update takes an update in that came at a time. A walk counts as long as it gets on.
func (h *health) update(u report.Update, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if u.Interval > 0 {
		h.interval = u.Interval
	}
	if u.Summary != nil || len(u.Changes) > 0 || u.Progress.Visited != h.visited {
		h.looked, h.visited = now, u.Progress.Visited
	}
	h.passed = h.passed || u.Summary != nil
}

// check returns why the scan is not healthy at a time, or nil.
func (h *health) check(now time.Time) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch silent := now.Sub(h.looked); {
	case silent > missedLooks*h.interval+h.timeout:
		return fmt.Errorf("it has not looked for %v, at an interval of %v", silent.Round(time.Second), h.interval)
	case !h.passed:
		return errors.New("the first pass is not over yet")
	}
	return nil
}

// ServeHTTP answers 200 where the scan is healthy, and 503 with the reason where it is not.
func (h *health) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	header := w.Header()
	header.Set("Content-Type", "text/plain; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	if err := h.check(time.Now()); err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprintln(w, err)
		return
	}
	fmt.Fprintln(w, "ok")
}
