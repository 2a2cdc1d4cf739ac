package ui

import (
	"context"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"lockscope/scan/report"
)

// Source is what the screen shows and steers. *scan.Monitor is one, and *remote.Fleet.
type Source interface {
	// Run calls sink with what changed, never concurrently, until ctx ends. It does not touch again
	// what it handed over.
	Run(ctx context.Context, sink func(report.Update)) error
	// The others ask for something and return at once: to look at the directories of these keys afresh, or at
	// all if none is given; to walk the roots again; to look as often as this, 0 = only on request.
	Observe(keys ...string)
	Walk()
	SetInterval(time.Duration)
}

// updateQueue brings updates from a source to the program in batches. The source never waits for
// the screen.
type updateQueue struct {
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

func newUpdateQueue() *updateQueue { return &updateQueue{ready: make(chan struct{}, 1)} }

// run fills the queue from the source until ctx ends.
func (q *updateQueue) run(ctx context.Context, s Source) {
	err := s.Run(ctx, func(u report.Update) {
		q.mu.Lock()
		q.pending = append(q.pending, u)
		q.mu.Unlock()
		q.signal()
	})
	q.mu.Lock()
	q.ended, q.err = true, err
	q.mu.Unlock()
	q.signal()
}

// signal says that there is something to take.
func (q *updateQueue) signal() {
	select {
	case q.ready <- struct{}{}:
	default:
	}
}

// next waits for the next batch. One such command is under way at a time.
func (q *updateQueue) next() tea.Msg {
	for {
		<-q.ready
		time.Sleep(time.Until(q.taken.Add(batchGap)))
		q.taken = time.Now()
		// The token may be that of an update which the batch before took along.
		if msg := q.take(); msg != nil {
			return msg
		}
	}
}

// take returns the next batch, or that the source ended, or nil.
func (q *updateQueue) take() tea.Msg {
	q.mu.Lock()
	defer q.mu.Unlock()
	n, changes := 0, 0
	for n < len(q.pending) && changes < maxBatch {
		changes += len(q.pending[n].Changes)
		n++
	}
	switch {
	case n > 0:
	case q.ended:
		return endedMsg{q.err}
	default:
		return nil
	}
	batch := batchMsg(q.pending[:n:n])
	q.pending = q.pending[n:]
	if len(q.pending) > 0 || q.ended {
		q.signal()
	}
	return batch
}
