package pool

import "time"

// check finds the jobs that are late, and gives up those that have taken too long. Where no worker
// is left, it gives up what is in the queue.
func (p *Pool) check(now time.Time) {
	overdue, unrun := p.overdue(now)
	for _, j := range overdue {
		j.GiveUp()
	}
	p.settle(len(overdue))
	p.drop(unrun...)
}

// overdue returns the jobs that are to be given up: some that run, and some that never will.
func (p *Pool) overdue(now time.Time) (running, unrun []Job) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for w := range p.workers {
		if w.job == nil {
			continue
		}
		age := now.Sub(w.since)
		if w.state == onTime && age > p.cfg.Limit/lateShare {
			p.markLate(w)
		}
		if w.state == late && age > p.cfg.Limit {
			running = append(running, p.abandon(w))
		}
	}
	stillLate := false
	for w := range p.workers {
		switch {
		case w.job == nil || w.state != late:
		case w.group.stalled():
			running = append(running, p.abandon(w))
		default:
			stillLate = true
		}
	}
	switch {
	case len(running) > 0:
		p.resume() // what is hopeless by now is given up as it is taken
	case p.onTime == 0 && len(p.workers) >= p.most && !stillLate:
		unrun = p.takeAll()
	}
	return running, unrun
}

// markLate puts the group of a job under watch, and lets another worker take the place of its own.
// The caller holds mu.
func (p *Pool) markLate(w *worker) {
	w.state = late
	if w.group != nil {
		w.group.trying--
	}
	name := p.cfg.GroupOf(w.job.Key())
	g := p.watched[name]
	if g == nil {
		g = &group{name: name}
		p.watched[name] = g
	}
	w.group = g
	g.late++
	if g.answers {
		g.answers, g.tried = false, 0
	}
	p.onTime--
	if len(p.workers) < p.most {
		p.start()
	}
	p.resume() // one more of the group may be tried
}

// abandon returns the job of a late worker, which is to be given up. The caller holds mu.
func (p *Pool) abandon(w *worker) Job {
	w.state = abandoned
	w.group.late--
	w.group.abandoned++
	p.abandoned[w.job.Key()]++
	return w.job
}

// unabandon notes that an abandoned job came back. The caller holds mu.
func (p *Pool) unabandon(key string) {
	if p.abandoned[key]--; p.abandoned[key] == 0 {
		delete(p.abandoned, key)
	}
}

// resume queues again what was put off. The caller holds mu.
func (p *Pool) resume() {
	p.queue = append(p.queue, p.putOff...)
	p.putOff = nil
	p.wake.Broadcast()
}
