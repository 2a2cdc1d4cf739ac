package scan

import (
	"context"
	"testing"
)

// watching is a Monitor that runs.
type watching struct {
	*Monitor
	seen  chan func(*found) // asks the sink's goroutine
	stop  context.CancelFunc
	ended chan error // what Run returned
}

func observed(t *testing.T, cfg Config) *watching {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	w := &watching{Monitor: New(cfg), stop: stop, ended: make(chan error, 1)}
	updates := make(chan Update)
	w.seen = make(chan func(*found))
	t.Cleanup(func() { stop(); <-w.ended })
	go func() {
		defer close(w.ended)
		w.ended <- w.Run(ctx, func(u Update) {
			select {
			case updates <- u:
			case <-t.Context().Done():
			}
		})
	}()
	go func() {
		f := &found{reports: map[string]*Report{}}
		for {
			select {
			case u := <-updates:
				f.take(u)
			case ask := <-w.seen:
				ask(f)
			case <-t.Context().Done():
				return
			}
		}
	}()
	return w
}

// await waits until what was found is as it should be.
func (w *watching) await(t *testing.T, what string, isSo func(*found) bool) {
	t.Helper()
	eventually(t, what, func() bool {
		answer := make(chan bool)
		w.seen <- func(f *found) { answer <- isSo(f) }
		return <-answer
	})
}

func (w *watching) check(see func(*found)) {
	done := make(chan bool)
	w.seen <- func(f *found) { see(f); close(done) }
	<-done
}
