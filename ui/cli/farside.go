package cli

import (
	"context"
	"errors"
	"time"

	"lockscope/scan/remote"
	"lockscope/scan/report"
)

// hello says who speaks: the first line of a watch, and of a break that another host asks for.
func (s *settings) hello() report.Hello {
	h := report.Hello{Version: buildVersion(), Host: hostname(), Format: report.Format, ReadOnly: s.ReadOnly, Every: remote.HeartbeatEvery}
	if s.watch { // who breaks looks nowhere else
		h.Roots = s.shownRoots()
	}
	return h
}

// heartbeats says that the watch goes on, until ctx ends.
func (p *printing) heartbeats(ctx context.Context, cancel func()) {
	tick := time.NewTicker(remote.HeartbeatEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			p.write(func() error { return p.watcher.Heartbeat(p.heartbeat()) }, cancel)
		}
	}
}

// heartbeat is the next one. Whether its hosts are watched a fleet says of each. The caller holds mu.
func (p *printing) heartbeat() report.Heartbeat {
	beat := p.beat
	if p.scan.fleet == nil {
		beat.Stalled = p.health.stalled(time.Now())
	}
	return beat
}

// note takes in what the next heartbeat tells of an update.
func (p *printing) note(u report.Update) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.beat.Looked = time.Now()
	p.health.update(u, p.beat.Looked)
	p.fresh += len(u.Errors)
	if u.Progress != (report.Progress{}) {
		p.beat.Progress, p.walked = u.Progress, true
	}
	if u.Summary != nil {
		if p.walked {
			p.beat.Errors, p.fresh, p.walked = p.fresh, 0, false
		}
		p.beat.Progress = report.Progress{}
	}
}

// errAskerGone is why a watch ended: the host that asked for it is gone, or has seen enough.
var errAskerGone = errors.New("nobody asks for it any more")

// serve does what the other host asks for, and ends the watch when that is gone.
func (p *printing) serve(end context.CancelCauseFunc) {
	remote.Serve(p.stdin, heeded{p.scan.source, p.health})
	end(errAskerGone)
}

// heeded is a source whose interval may change.
type heeded struct {
	remote.Source
	health *health
}

// SetInterval implements remote.Source.
func (h heeded) SetInterval(d time.Duration) {
	h.health.setInterval(d, time.Now())
	h.Source.SetInterval(d)
}
