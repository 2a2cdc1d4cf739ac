package scan

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"lockscope/scan/hosttest"
	"lockscope/scan/report"
)

// watch is a Monitor that runs, and everything that it has reported.
type watch struct {
	monitor *Monitor
	cancel  context.CancelFunc
	done    chan struct{} // closed when Run has returned
	told    chan struct{} // holds a token after each update

	mu      sync.Mutex
	found   found
	updates []report.Update
	err     error
}

// startWatch runs a Monitor until the test ends.
func startWatch(t *testing.T, cfg Config) *watch {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	w := &watch{
		monitor: New(inFull(cfg)),
		cancel:  cancel,
		done:    make(chan struct{}),
		told:    make(chan struct{}, 1),
		found:   found{reports: map[string]*report.Report{}},
	}
	go func() {
		defer close(w.done)
		w.err = w.monitor.Run(ctx, w.take)
	}()
	t.Cleanup(func() { cancel(); <-w.done })
	return w
}

// soon is an interval for tests, that do not wait for people.
const soon = 20 * time.Millisecond

func (w *watch) take(u report.Update) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.found.take(u)
	w.updates = append(w.updates, u)
	select {
	case w.told <- struct{}{}:
	default:
	}
}

// until waits for something to be told.
func (w *watch) until(t *testing.T, what string, is func(*found) bool) {
	t.Helper()
	deadline := time.After(hosttest.Patience)
	for {
		w.mu.Lock()
		ok := is(&w.found)
		w.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-w.told:
		case <-w.done:
			t.Fatalf("ended while waiting for %s: %v", what, w.err)
		case <-deadline:
			w.mu.Lock()
			defer w.mu.Unlock()
			for path, r := range w.found.reports {
				t.Logf("%s: %s %v, checking %t", path, r.Verdict.State, r.Verdict.Reasons.List(), r.Checking)
			}
			t.Fatalf("no %s in %v, after %d updates", what, hosttest.Patience, len(w.updates))
		}
	}
}

// see looks at what was found so far.
func (w *watch) see(look func(*found)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	look(&w.found)
}

// untilState waits until a directory has a state that stands, and returns the report.
func (w *watch) untilState(t *testing.T, dir string, state report.State) (r *report.Report) {
	t.Helper()
	w.until(t, filepath.Base(dir)+" "+state.String(), func(f *found) bool {
		r = f.reports[dir]
		return r != nil && r.Verdict.State == state && !r.Checking
	})
	return r
}

// untilAllStand waits until the verdict on every directory stands.
func (w *watch) untilAllStand(t *testing.T) {
	t.Helper()
	w.until(t, "verdicts that stand", func(f *found) bool { return f.passes > 0 && f.summary.Checking == 0 })
}

// passes waits for n more passes to end.
func (w *watch) passes(t *testing.T, n int) {
	t.Helper()
	w.mu.Lock()
	seen := len(w.updates)
	w.mu.Unlock()
	w.until(t, "pass", func(*found) bool {
		left := n
		for _, u := range w.updates[seen:] {
			if u.Summary != nil {
				left--
			}
		}
		return left <= 0
	})
}

// changes returns everything that was told of a directory.
func (w *watch) changes(dir string) (all []report.Change) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, u := range w.updates {
		for _, c := range u.Changes {
			if c.Report.Path == dir {
				all = append(all, c)
			}
		}
	}
	return all
}

// wantNeverAttention checks that a directory was never said to need any.
func (w *watch) wantNeverAttention(t *testing.T, dir string) {
	t.Helper()
	changes := w.changes(dir)
	for i, c := range changes {
		if !c.Report.Verdict.State.Healthy() && !c.Report.Checking {
			before := changes[max(i-3, 0) : i+1]
			for _, c := range before {
				t.Logf("%s %v, checking %t: %s", c.Report.Verdict.State, c.Report.Verdict.Reasons.List(), c.Report.Checking, facts(&c.Report.Evidence))
			}
			t.Errorf("%s at change %d of %d", c.Report.Verdict.State, i+1, len(changes))
			return
		}
	}
}
