package scan

import (
	"sync"
	"time"
)

// outbox gathers what the workers find into updates, and hands them to the
// sink one after the other. The first goes out at once, later ones a little apart, so
// that thousands of results become a few calls.
type outbox struct {
	sink func(Update)

	mu     sync.Mutex
	next   Update
	filled bool
	held   bool
	closed bool
	wake   chan struct{} // holds a token when filled
	ending chan struct{} // closed when no more is put
	done   chan struct{} // closed when deliver has returned
}

// deliverEvery is the least time between two updates.
const deliverEvery = 20 * time.Millisecond

func newOutbox(sink func(Update)) *outbox {
	o := &outbox{sink: sink, wake: make(chan struct{}, 1), ending: make(chan struct{}), done: make(chan struct{})}
	go o.deliver()
	return o
}

// put lets change add to the next update. It does not wait for the sink, and
// what comes after close is dropped: a worker may be late.
func (o *outbox) put(change func(*Update)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return
	}
	change(&o.next)
	o.filled = true
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// hold keeps back the changes that are put until release is called.
func (o *outbox) hold() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.held = true
}

func (o *outbox) release() {
	o.mu.Lock()
	o.held = false
	o.mu.Unlock()
	o.put(func(*Update) {})
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
		case <-time.After(deliverEvery):
		}
	}
}

func (o *outbox) flush() {
	o.mu.Lock()
	update, filled := o.next, o.filled
	o.next, o.filled = Update{}, false
	if o.held && !o.closed {
		update.Changes, o.next.Changes = nil, update.Changes
		o.filled = len(o.next.Changes) > 0
	}
	o.mu.Unlock()
	if filled {
		o.sink(update)
	}
}
