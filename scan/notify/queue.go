package notify

import (
	"slices"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// queue is what reads the kernel's queue of events. One reads at a time, or they would be taken in out of
// order.
type queue struct {
	mu      sync.Mutex // taken before that of the Source
	buf     []byte
	emptied time.Time // when there was last nothing to read
}

// drain reads the events that are in the queue, and reports whether any of them counts.
func (s *Source) drain() (counts bool) {
	if s.inotify < 0 {
		return false
	}
	q := &s.queue
	q.mu.Lock()
	defer q.mu.Unlock()
	for range mostReads {
		began := time.Now()
		n, err := unix.Read(s.inotify, q.buf)
		if err == unix.EINTR {
			continue
		} else if err != nil || n <= 0 { // EAGAIN: that was all
			q.emptied = began
			break
		}
		counts = s.entriesChanged(q.buf[:n], Moment{q.emptied, began, time.Now()}) || counts
		if len(q.buf)-n >= mostEvent { // the next one would have fitted
			q.emptied = began
			break
		}
	}
	return counts
}

// Waits reports whether an entry of a watch for which is is true waits to be taken, or may be among events that
// were lost. It first reads what the kernel has by now. So the events that were taken tell of what the caller has
// just seen in the directory, and not of something before it, if Waits reports false for every entry that could
// have changed that. It may be called concurrently.
func (s *Source) Waits(w *Watch, is func(Entry) bool) bool {
	if s.begin() != nil {
		return false
	}
	defer s.end()
	s.drain()
	s.mu.Lock()
	defer s.mu.Unlock()
	if w.mark == nil || !s.overflow.IsZero() {
		return true
	}
	n := w.mark.news
	return n != nil && (n.cut || n.lost != 0 || slices.ContainsFunc(n.entries, is))
}
