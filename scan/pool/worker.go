package pool

import "time"

// worker is one goroutine of a pool, and what it does just now. mu guards it.
type worker struct {
	job   Job // nil while it has none
	since time.Time
	state state
	group *group // of the job; nil if its group was not under watch when it was begun, and it is not late
}

type state uint8

const (
	onTime    state = iota
	late            // another worker has taken its place
	abandoned       // the same, and its job was given up
)

// start begins a worker. The caller holds mu.
func (p *Pool) start() {
	w := &worker{}
	p.onTime++
	p.workers[w] = true
	go p.work(w)
}

// work runs jobs, one after the other, until the pool is closed or another worker takes its place.
func (p *Pool) work(w *worker) {
	for finished := 0; ; finished = 1 {
		j := p.take(w, finished)
		if j == nil {
			return
		}
		j.Run()
		switch p.back(w) {
		case onTime:
			j.Finish()
			continue
		case late:
			j.Finish()
			p.settle(1)
		case abandoned:
			j.Discard()
		}
		p.leave(w)
		return
	}
}

// take waits for a job that is to be run, and gives up those that are not. It returns nil when the
// worker is to end. finished is how many jobs it has just finished, 0 or 1: they are counted here, which
// saves to lock mu once more.
func (p *Pool) take(w *worker, finished int) Job {
	for {
		j, hopeless := p.next(w, finished)
		if !hopeless {
			return j
		}
		p.drop(j)
		finished = 0
	}
}

// next does take's work up to the first job. hopeless is whether that is to be given up.
func (p *Pool) next(w *worker, finished int) (j Job, hopeless bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.settleLocked(finished)
	for {
		for len(p.queue) > 0 {
			last := len(p.queue) - 1
			j := p.queue[last]
			p.queue[last] = nil
			p.queue = p.queue[:last]
			if len(p.abandoned) > 0 && p.abandoned[j.Key()] > 0 {
				return j, true
			}
			var g *group
			if len(p.watched) > 0 {
				g = p.watched[p.cfg.GroupOf(j.Key())]
			}
			switch {
			case g == nil:
			case g.stalled():
				return j, true
			case !g.mayBegin():
				p.putOff = append(p.putOff, j)
				continue
			default:
				g.trying++
				g.tried++
			}
			*w = worker{job: j, since: time.Now(), group: g}
			return j, false
		}
		if cap(p.queue) > mostKept {
			p.queue = nil
		}
		if p.closed {
			p.onTime--
			delete(p.workers, w)
			return nil, false
		}
		p.wake.Wait()
	}
}

// back notes that the Run of a worker's job has returned. It returns the worker's state.
func (p *Pool) back(w *worker) state {
	p.mu.Lock()
	defer p.mu.Unlock()
	j := w.job
	w.job = nil
	g := w.group
	if g == nil && len(p.watched) > 0 { // the job was begun before its group was under watch
		g = p.watched[p.cfg.GroupOf(j.Key())]
	}
	if g == nil {
		return w.state
	}
	g.answers = true
	switch w.state {
	case late:
		g.late--
	case abandoned:
		g.abandoned--
		p.unabandon(j.Key())
	case onTime:
		if w.group != nil {
			g.trying--
		}
	}
	if g.late+g.abandoned == 0 && p.watched[g.name] == g {
		delete(p.watched, g.name)
	}
	p.resume()
	return w.state
}

// leave ends a worker whose place another has taken.
func (p *Pool) leave(w *worker) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.workers, w)
	// There may have been too many goroutines for another worker to take its place.
	if p.onTime < p.cfg.Workers && p.pending > 0 && !p.closed {
		p.start()
	}
}
