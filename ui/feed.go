package ui

import (
	"context"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"lockscope/scan/report"
)

// Source is what the screen shows and steers. *scan.Monitor is one.
type Source interface {
	// Run calls sink with what changed, never concurrently, until ctx ends.
	// What it hands over it touches no more.
	Run(ctx context.Context, sink func(report.Update)) error
	Observe(paths ...string)
	Walk()
	SetInterval(time.Duration)
}

const (
	feedGap   = 50 * time.Millisecond // between two batches: faster is not seen
	feedBatch = 8192                  // changes in one batch, about: so many are taken in between two frames
)

// feed carries updates from a source to the program in batches. The source
// never waits for the screen.
type feed struct {
	mu      sync.Mutex
	pending []report.Update
	ended   bool
	err     error
	ready   chan struct{} // holds a token while there is something to take
	taken   time.Time     // when a batch was last taken; used by next alone
}

// batchMsg is what arrived since the last one, in order.
type batchMsg []report.Update

// endedMsg says that the source ended.
type endedMsg struct{ err error }

func newFeed() *feed { return &feed{ready: make(chan struct{}, 1)} }

// run feeds from the source until ctx ends.
func (f *feed) run(ctx context.Context, s Source) {
	err := s.Run(ctx, func(u report.Update) {
		f.mu.Lock()
		f.pending = append(f.pending, u)
		f.mu.Unlock()
		f.signal()
	})
	f.mu.Lock()
	f.ended, f.err = true, err
	f.mu.Unlock()
	f.signal()
}

func (f *feed) signal() {
	select {
	case f.ready <- struct{}{}:
	default:
	}
}

// next waits for the next batch. One such command is under way at a time.
func (f *feed) next() tea.Msg {
	for {
		<-f.ready
		time.Sleep(time.Until(f.taken.Add(feedGap)))
		f.taken = time.Now()
		// The token may be that of an update which the batch before took along.
		if msg := f.take(); msg != nil {
			return msg
		}
	}
}

// take returns the next batch, or that the source ended, or nil.
func (f *feed) take() tea.Msg {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, changes := 0, 0
	for n < len(f.pending) && changes < feedBatch {
		changes += len(f.pending[n].Changes)
		n++
	}
	switch {
	case n > 0:
	case f.ended:
		return endedMsg{f.err}
	default:
		return nil
	}
	batch := batchMsg(f.pending[:n:n])
	f.pending = f.pending[n:]
	if len(f.pending) > 0 || f.ended {
		f.signal()
	}
	return batch
}
