package scan

import (
	"runtime"
	"sync"
	"time"

	"lockscope/scan/report"
)

// outbox gathers what the workers find into updates, and hands them to the
// sink one after the other. The first goes out at once, later ones a little apart, so
// that thousands of results become a few calls. Changes are kept back until release, or
// within what limit says.
type outbox struct {
	sink func(report.Update)

	mu       sync.Mutex
	next     report.Update
	filled   bool
	held     bool
	most     int       // how many changes are kept back at most; 0 = until release
	until    time.Time // and up to when
	closed   bool
	wake     chan struct{} // holds a token when filled
	released chan struct{} // closed when no more is kept back
	ending   chan struct{} // closed when no more is put
	done     chan struct{} // closed when deliver has returned
}

// deliverEvery is the least time between two updates.
const deliverEvery = 20 * time.Millisecond

func newOutbox(sink func(report.Update)) *outbox {
	o := &outbox{
		sink:     sink,
		held:     true,
		wake:     make(chan struct{}, 1),
		released: make(chan struct{}),
		ending:   make(chan struct{}),
		done:     make(chan struct{}),
	}
	go o.deliver()
	return o
}

// put lets change add to the next update. It does not wait for the sink, and
// what comes after close is dropped: a worker may be late.
func (o *outbox) put(change func(*report.Update)) {
	if o.add(change) {
		// The workers seldom wait for anything, and would not leave a processor to who
		// delivers for tens of milliseconds.
		runtime.Gosched()
	}
}

// add does put's work, and reports whether there is something to deliver anew.
func (o *outbox) add(change func(*report.Update)) (woke bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return false
	}
	change(&o.next)
	o.filled = true
	select {
	case o.wake <- struct{}{}:
		woke = true
	default:
	}
	if o.held && o.most > 0 && (len(o.next.Changes) >= o.most || time.Now().After(o.until)) {
		o.free()
		woke = true
	}
	return woke
}

// limit says how many changes are kept back, and for how long; 0 is no limit.
func (o *outbox) limit(most int, d time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.most, o.until = most, time.Now().Add(d)
}

// release ends the keeping back. What was kept back goes out at once.
func (o *outbox) release() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.held {
		o.free()
	}
}

// free does release's work. The caller holds mu.
func (o *outbox) free() {
	o.held = false
	close(o.released)
}

// close delivers what is left and returns when the sink has it all.
func (o *outbox) close() {
	o.mu.Lock()
	o.closed = true
	close(o.ending)
	o.mu.Unlock()
	<-o.done
}

func (o *outbox) deliver() {
	defer close(o.done)
	defer o.flush()
	released := o.released
	for {
		select {
		case <-o.ending:
			return
		case <-o.wake:
		}
		o.flush()
		select {
		case <-o.ending:
			return
		case <-released:
			released = nil
			o.flush()
		case <-time.After(deliverEvery):
		}
	}
}

func (o *outbox) flush() {
	o.mu.Lock()
	update, filled := o.next, o.filled
	o.next, o.filled = report.Update{}, false
	if o.held && !o.closed {
		update.Changes, o.next.Changes = nil, update.Changes
		o.filled = len(o.next.Changes) > 0
	}
	o.mu.Unlock()
	if filled {
		o.sink(update)
	}
}
