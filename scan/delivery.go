package scan

import (
	"runtime"
	"slices"
	"sync"
	"time"

	"lockscope/scan/report"
)

// delivery gathers what the workers find into updates, and hands these to the sink one after the other,
// on a goroutine of its own. The first goes out at once, later ones deliverEvery apart. Changes are held
// back until release is called, or until there are so many, or it takes so long, as limit says.
type delivery struct {
	sink func(report.Update)

	mu       sync.Mutex
	next     report.Update
	gone     map[string]bool // those of next.Gone that are not there again
	filled   bool            // next has something to deliver
	held     bool            // changes are held back
	most     int             // how many are held back at most; 0 = all of them, until release
	until    time.Time       // where most is not 0: how long they are held back at most
	closed   bool
	wake     chan struct{} // holds a token when filled
	released chan struct{} // closed when nothing is held back any more
	ending   chan struct{} // closed when no more is put
	done     chan struct{} // closed when deliver has returned
}

func newDelivery(sink func(report.Update)) *delivery {
	d := &delivery{
		sink:     sink,
		gone:     map[string]bool{},
		held:     true,
		wake:     make(chan struct{}, 1),
		released: make(chan struct{}),
		ending:   make(chan struct{}),
		done:     make(chan struct{}),
	}
	go d.deliver()
	return d
}

// put calls change to add to the next update, with mu held. It does not wait for the sink. After close
// it does nothing: a worker that was hung may come late. It may be called concurrently.
func (d *delivery) put(change func(*report.Update)) {
	if d.add(change) {
		// The workers seldom wait for anything. Where they have all processors, deliver would get
		// one only after tens of milliseconds.
		runtime.Gosched()
	}
}

// tellChange puts a change. Nothing in an update says what came first, so a directory that has gone and is
// there again is not told as gone, nor as new.
func (d *delivery) tellChange(c report.Change) {
	d.put(func(u *report.Update) {
		if key := c.Report.Key(); c.New && d.gone[key] {
			delete(d.gone, key)
			c.New, c.From = false, c.Report.Verdict.State
		}
		u.Changes = append(u.Changes, c)
	})
}

// tellGone puts that the directory of a key is gone.
func (d *delivery) tellGone(key string) {
	d.put(func(*report.Update) { d.addGone(key) })
}

// addGone does tellGone's work. The caller is in a put.
func (d *delivery) addGone(key string) {
	if !d.gone[key] {
		d.gone[key] = true
		d.next.Gone = append(d.next.Gone, key)
	}
}

// add does put's work. It reports whether it woke deliver.
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
		d.releaseLocked()
		woke = true
	}
	return woke
}

// limit says how many changes are held back at most, and for how long; with 0 there is no limit.
func (d *delivery) limit(most int, within time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.most, d.until = most, time.Now().Add(within)
}

// release delivers at once what was held back. Nothing is held back any more.
func (d *delivery) release() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.held {
		d.releaseLocked()
	}
}

// releaseLocked does release's work. The caller holds mu.
func (d *delivery) releaseLocked() {
	d.held = false
	close(d.released)
}

// close delivers what is left, and returns when the sink has returned for the last time.
func (d *delivery) close() {
	d.mu.Lock()
	d.closed = true
	close(d.ending)
	d.mu.Unlock()
	<-d.done
}

// deliver hands updates to the sink until close is called.
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

// flush hands the next update to the sink, if there is one, without the changes that are held back.
func (d *delivery) flush() {
	d.mu.Lock()
	update, filled, gone := d.next, d.filled, d.gone
	d.next, d.filled, d.gone = report.Update{}, false, map[string]bool{}
	if d.held && !d.closed {
		update.Changes, d.next.Changes = nil, update.Changes
		update.Handoffs, d.next.Handoffs = nil, update.Handoffs
		d.filled = len(d.next.Changes)+len(d.next.Handoffs) > 0
	}
	d.mu.Unlock()
	if filled {
		if len(gone) < len(update.Gone) {
			update.Gone = slices.DeleteFunc(update.Gone, func(key string) bool { return !gone[key] })
		}
		d.sink(update)
	}
}
