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
	paused   bool          // it looks only on request
	passed   bool          // the first pass is over
	visited  int           // directories, by the walk that is under way
	took     time.Duration // the last pass
	looked   time.Time
}

func newHealth(interval, timeout time.Duration, now time.Time) *health {
	return &health{interval: interval, paused: interval == 0, timeout: timeout, looked: now}
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
	if u.Summary != nil {
		h.passed, h.took = true, u.Summary.Duration
	}
}

// setInterval notes that another interval was asked for. The rest between two polls may be longer, of which update is told.
func (h *health) setInterval(d time.Duration, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.paused != (d == 0) {
		h.paused, h.looked = d == 0, now
	}
	h.interval = max(h.interval, d)
}

// stalled returns for how long the scan has not got on, 0 where it may be well. Where it looks on request alone, that
// cannot be told. It is slower to judge than check: whoever hears of it takes what he sees for old.
func (h *health) stalled(now time.Time) time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	if silent := now.Sub(h.looked); silent > max(h.allowed(), leastStalled) && !(h.paused && h.passed) {
		return silent
	}
	return 0
}

// allowed is how long nothing may be heard of the scan. The caller holds mu.
func (h *health) allowed() time.Duration { return missedLooks*max(h.interval, h.took) + h.timeout }

// check returns why the scan is not healthy at a time, or nil.
func (h *health) check(now time.Time) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch silent := now.Sub(h.looked); {
	case silent > h.allowed():
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
