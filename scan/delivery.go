package scan

import (
	"runtime"
	"sync"
	"time"

	"lockscope/scan/report"
)

// delivery gathers what the workers find into updates, and hands them to the sink one after the other.
// The first goes out at once, later ones deliverEvery apart. Changes are held back until release, or
// within what limit says.
type delivery struct {
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

func newDelivery(sink func(report.Update)) *delivery {
	d := &delivery{
		sink:     sink,
		held:     true,
		wake:     make(chan struct{}, 1),
		released: make(chan struct{}),
		ending:   make(chan struct{}),
		done:     make(chan struct{}),
	}
	go d.deliver()
	return d
}

// put lets change add to the next update. It does not wait for the sink, and
// what comes after close is dropped: a worker may be late.
func (d *delivery) put(change func(*report.Update)) {
	if d.add(change) {
		// The workers seldom wait for anything, and would not leave a processor to who
		// delivers for tens of milliseconds.
		runtime.Gosched()
	}
}

// add does put's work, and reports whether there is something to deliver anew.
func (d *delivery) add(change func(*report.Update)) (woke bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return false
	}
	change(&d.next)
	d.filled = true
	select {
	case d.wake <- struct{}{}:
		woke = true
	default:
	}
	if d.held && d.most > 0 && (len(d.next.Changes) >= d.most || time.Now().After(d.until)) {
		d.free()
		woke = true
	}
	return woke
}

// limit says how many changes are kept back, and for how long; 0 is no limit.
func (d *delivery) limit(most int, within time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.most, d.until = most, time.Now().Add(within)
}

// release ends the keeping back. What was kept back goes out at once.
func (d *delivery) release() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.held {
		d.free()
	}
}

// free does release's work. The caller holds mu.
func (d *delivery) free() {
	d.held = false
	close(d.released)
}

// close delivers what is left and returns when the sink has it all.
func (d *delivery) close() {
	d.mu.Lock()
	d.closed = true
	close(d.ending)
	d.mu.Unlock()
	<-d.done
}

func (d *delivery) deliver() {
	defer close(d.done)
	defer d.flush()
	released := d.released
	for {
		select {
		case <-d.ending:
			return
		case <-d.wake:
		}
		d.flush()
		select {
		case <-d.ending:
			return
		case <-released:
			released = nil
			d.flush()
		case <-time.After(deliverEvery):
		}
	}
}

func (d *delivery) flush() {
	d.mu.Lock()
	update, filled := d.next, d.filled
	d.next, d.filled = report.Update{}, false
	if d.held && !d.closed {
		update.Changes, d.next.Changes = nil, update.Changes
		d.filled = len(d.next.Changes) > 0
	}
	d.mu.Unlock()
	if filled {
		d.sink(update)
	}
}
