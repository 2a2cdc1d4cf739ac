package chaos

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"lockscope/lock"
)

// start has a daemon acquire the lock, which may be held.
func (d *driver) start() error {
	p, err := d.daemon()
	if err != nil {
		return err
	}
	return d.acquire(p)
}

func (d *driver) stop() error {
	_, reap, err := d.release()
	if err == nil {
		reap()
		d.killLooseHeirs()
	}
	return err
}

// killLooseHeirs ends the children of one that has released the lock: they have nothing of it.
func (d *driver) killLooseHeirs() {
	if len(d.facts.Holders) == 0 {
		d.killHeirs()
	}
}

// handOver is what the protocol's original does: the incumbent releases the lock, and the successor, which waits for
// that, acquires it without a second try.
func (d *driver) handOver() error {
	inRust := withRust(d) && d.rand.IntN(3) == 0
	var successor *daemon
	var err error
	if !inRust {
		if successor, err = d.daemon(); err != nil {
			return err
		}
	}
	heirs := d.heirs
	incumbent, reap, err := d.release()
	if err != nil {
		return err
	}
	d.heirs = nil
	if inRust {
		err = d.acquireRust()
	} else {
		err = d.acquire(successor)
	}
	reap()
	for _, h := range heirs {
		h.kill()
	}
	if i := slices.Index(d.idle, incumbent); err == nil && i >= 0 && d.rand.IntN(3) > 0 {
		d.idle = slices.Delete(d.idle, i, i+1)
		d.end(incumbent)
	}
	return err
}

// rollBack: the incumbent takes the lock back, since the successor did not come or has died.
func (d *driver) rollBack() error {
	withSuccessor := d.rand.IntN(2) == 0
	var successor *daemon
	var err error
	if withSuccessor {
		if successor, err = d.c.startDaemon(false); err != nil {
			return err
		}
	}
	heirs := d.heirs
	incumbent, _, err := d.release()
	if err != nil {
		return err
	}
	d.heirs = nil
	for _, h := range heirs {
		h.kill()
	}
	if withSuccessor {
		if err := d.acquire(successor); err != nil {
			return err
		}
		time.Sleep(time.Duration(d.rand.IntN(800)) * time.Millisecond)
		if i := slices.Index(d.idle, successor); i >= 0 { // it was refused
			d.idle = slices.Delete(d.idle, i, i+1)
		}
		d.kill(successor)
	}
	d.idle = slices.DeleteFunc(d.idle, func(p *daemon) bool { return p == incumbent })
	return d.acquire(incumbent)
}

func (d *driver) crash() error {
	d.kill(d.holder)
	if vacant(d) {
		d.heirs = nil
	}
	return nil
}

func (d *driver) endHeirs() error {
	d.killHeirs()
	return nil
}

func (d *driver) retire() error {
	p := d.idle[0]
	d.idle = d.idle[1:]
	if d.facts.Pidfile.PID == p.pid || d.rand.IntN(2) == 0 {
		d.kill(p)
	} else {
		d.end(p)
	}
	return nil
}

// race has two acquire the lock at once. One gets it.
func (d *driver) race() error {
	var racers [2]*daemon
	for i := range racers {
		p, err := d.c.startDaemon(false)
		if err != nil {
			return err
		}
		racers[i] = p
	}
	type result struct {
		p   *daemon
		a   answer
		err error
	}
	results := make(chan result)
	for _, p := range racers {
		go func() {
			a, err := p.tell("acquire " + d.path)
			results <- result{p, a, err}
		}()
	}
	for range racers {
		r := <-results
		if r.err != nil {
			return r.err
		}
		if !d.takes(r.p, r.a) {
			d.idle = append(d.idle, r.p)
		}
	}
	return nil
}

// crashEarly kills a daemon at some point of its acquire.
func (d *driver) crashEarly() error {
	p, err := d.c.startDaemon(false)
	if err != nil {
		return err
	}
	began := now()
	if _, err := fmt.Fprintln(p.in, "acquire "+d.path); err != nil {
		return err
	}
	time.Sleep(time.Duration(d.rand.IntN(2500)) * time.Microsecond)
	dead := p.kill()
	p.in.Close()
	d.pidfiles++
	left := d.read(p)
	s := span{began, now()}
	empty := d.facts.clone()
	_, err = os.Lstat(filepath.Join(d.path, lock.DefaultNames.Lock))
	exists := err == nil
	if exists && (empty.Missing || empty.Writers == 0) {
		d.files++
		empty.Writers = d.number*1_000_000 + d.files
	}
	if exists {
		empty.Missing = false
	}
	locked := empty.clone()
	locked.Holders, locked.Taker = []int{p.pid}, p.pid
	temp, written, orphan := locked.clone(), locked.clone(), empty.clone()
	temp.Pidfile = pidfile{}
	written.Pidfile = pidfile{d.pidfiles, p.pid, true}
	orphan.Pidfile = pidfile{d.pidfiles, p.pid, false}
	leftover := empty.clone()
	leftover.Pidfile = pidfile{d.pidfiles, nobody, false}
	next := empty.clone()
	next.Pidfile = left
	d.becomes(s, next, empty, locked, temp, written, orphan, leftover)
	if left.PID == p.pid {
		d.note(acquired, span{began, dead.To}, p.pid)
	}
	d.note(ended, dead, p.pid)
	d.note(losing, s, 0)
	return nil
}

// loops notes that a daemon acquires and releases the lock all the time, and nobody else does.
func (d *driver) loops(s span, pid int) {
	free := facts{Writers: d.facts.Writers, Former: d.facts.Former}
	if free.Writers == 0 {
		d.files++
		free.Writers = d.number*1_000_000 + d.files
	}
	locked, named, before := free.clone(), free.clone(), d.facts.clone()
	locked.Holders, locked.Taker = []int{pid}, pid
	d.pidfiles++
	named.Holders, named.Taker, named.Pidfile = []int{pid}, pid, pidfile{d.pidfiles, pid, true}
	before.Missing, before.Holders, before.Taker, before.Writers = false, []int{pid}, pid, free.Writers
	d.becomes(s, free, free, locked, named, before)
	d.note(losing, s, 0)
	d.note(acquired, s, pid)
	d.note(looping, s, pid)
}

func (d *driver) burst() error {
	p, err := d.daemon()
	if err != nil {
		return err
	}
	began := now()
	a, err := p.tell("burst " + d.path)
	if err != nil {
		return err
	}
	d.loops(span{began, now()}, p.pid)
	d.idle = append(d.idle, p)
	if a.how != "ok" { // nobody else is there
		d.trouble = append(d.trouble, fmt.Sprintf("%s: an acquire of a burst from %v to %v: %s %s", d.path, a.From, a.To, a.how, a.said))
	}
	var n int
	fmt.Sscan(a.said, &n)
	d.bursts += n
	return nil
}

// loop is a burst in Rust.
func (d *driver) loop() error {
	p, a, err := d.c.startRust("loop", d.path, fmt.Sprint(burstTime.Seconds()))
	if err != nil {
		return err
	}
	d.loops(a.span, p.pid)
	d.end(p)
	var counts map[string]int
	if err := json.Unmarshal([]byte(a.said), &counts); err != nil {
		return fmt.Errorf("%v: %s", err, a.said)
	}
	d.bursts += counts["acquired"]
	delete(counts, "acquired")
	delete(counts, "pid")
	for what, n := range counts {
		if n > 0 {
			d.trouble = append(d.trouble, fmt.Sprintf("%s: a loop in Rust from %v to %v: %d times %s", d.path, a.From, a.To, n, what))
		}
	}
	return nil
}

func (d *driver) leak() error {
	cwd := "/"
	if d.rand.IntN(2) == 0 {
		cwd = d.path
	}
	a, err := d.holder.tell("leak " + cwd)
	if err != nil || a.how != "ok" {
		return fmt.Errorf("%v %v", a, err)
	}
	return d.inherits(a.span, a.said)
}
