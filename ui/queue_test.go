package ui

import (
	"errors"
	"testing"

	"lockscope/scan/report"
)

// What waits is taken in batches, in order, and the end of the source comes last.
func TestQueueGivesBatches(t *testing.T) {
	q := newUpdateQueue()
	for _, n := range []int{maxBatch - 1, 1, 0, maxBatch + 1, 2} {
		q.pending = append(q.pending, report.Update{Changes: make([]report.Change, n)})
	}
	ended := errors.New("the source ended")
	q.ended, q.err = true, ended
	for _, want := range []int{2, 2, 1} { // updates: no more once there are enough changes
		batch, ok := q.take().(batchMsg)
		if !ok || len(batch) != want {
			t.Fatalf("a batch of %d updates, want %d", len(batch), want)
		}
		select {
		case <-q.ready:
		default:
			t.Fatal("there is more to take, and nobody is told")
		}
	}
	if msg := q.take(); msg != (endedMsg{ended}) {
		t.Errorf("the end is %v", msg)
	}
}
