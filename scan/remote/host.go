package remote

import (
	"context"
	"os"
	"slices"
	"sync"
	"time"

	"lockscope/scan/report"
)

// host is one of the hosts of a fleet. Its goroutine runs it, and alone uses what has no lock.
type host struct {
	fleet  *Fleet
	target Target
	name   string
	mirror *mirror

	requests chan request  // for the far side, while there is one
	again    chan struct{} // holds a token when a lost host is to be tried at once
	heard    time.Time     // when it was last heard of; zero before
	tried    time.Time     // when it was first tried
	lost     report.Lost   // as it was last told; Host is empty while it is not lost

	mu       sync.Mutex // guards what follows, for a Breaker
	lacks    bool       // it has no lockscope, so one is to be pushed
	pushed   string     // the path of the pushed program, while it is there
	readOnly bool       // by its own word
	away     bool       // it is lost: what is known of it is as it was
}

// run watches the host until ctx ends. With once, it ends with the first session.
func (h *host) run(ctx context.Context, once bool) {
	var wait backoff
	for h.tried = time.Now(); ; {
		release, err := h.fleet.slots.take(ctx)
		if err != nil {
			return
		}
		began := time.Now()
		failed := h.session(ctx, release)
		if ctx.Err() != nil {
			return
		}
		if failed.why == report.LockscopeMissing && h.lacksProgram() {
			continue // with a push
		}
		h.tellLost(failed)
		if once {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-h.again:
		case <-time.After(wait.after(time.Since(began))):
		}
	}
}

// tellLost tells why the host is not watched, unless that is told already. Since when it is lost stays the same
// until it is back: what it said in between, before it was lost again, was not all that it has.
func (h *host) tellLost(f *failure) {
	since := h.heard
	if since.IsZero() {
		since = h.tried
	}
	h.tellLostSince(f, since)
}

// tellLostSince is tellLost for a host of which what it told is as of a time.
func (h *host) tellLostSince(f *failure, since time.Time) {
	now := report.Lost{Host: h.name, Why: f.why, Text: f.text, Since: since, Known: len(h.mirror.dirs) > 0}
	if h.lost.Host != "" {
		now.Since = h.lost.Since
	}
	h.mu.Lock()
	h.away = true
	h.mu.Unlock()
	if now == h.lost {
		return
	}
	h.lost = now
	h.fleet.merge.lost(h.name, now.Report(), h.mirror.counts())
}

// back notes that the host is not lost any more.
func (h *host) back() {
	h.lost = report.Lost{}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.away = false
}

// session connects, and takes in what the host tells until it is lost, or ctx ends. It calls release once when
// it is connected or has failed to.
func (h *host) session(ctx context.Context, release func()) *failure {
	defer release()
	h.forget()
	c := &h.fleet.cfg
	l, err := h.start(ctx, c.watchCommand(h.fleet.interval()))
	if err != nil {
		return &failure{report.HostUnreachable, err.Error()}
	}
	defer h.setPushed("")
	s := newStream(l.out)
	hello, err := s.hello(h.setPushed)
	if err != nil {
		return h.failed(l, err, nil)
	}
	release()
	h.mu.Lock()
	h.readOnly = hello.ReadOnly
	h.mu.Unlock()
	h.fleet.merge.looksBelow(h.name, hello.Roots)
	asking, stop := context.WithCancel(ctx)
	defer stop()
	go h.ask(asking, l.in)
	return h.failed(l, h.follow(ctx, s, l, hello), hello)
}

// start runs lockscope on the host with these arguments: its own, one that was pushed, or one that goes ahead.
func (h *host) start(ctx context.Context, args []string) (*link, error) {
	c := &h.fleet.cfg
	h.mu.Lock()
	lacks, pushed := h.lacks, h.pushed
	h.mu.Unlock()
	line, wait := "exec "+quoteAll(slices.Concat(c.Command, args)), helloWait
	switch {
	case pushed != "":
		line = "exec " + quoteAll(slices.Concat(c.Command[:len(c.Command)-1], []string{pushed}, args))
	case lacks:
		line, wait = h.fleet.push.command(c.Command, args), pushWait
	}
	l, err := c.dial(ctx, h.target, line)
	if err != nil {
		return nil, err
	}
	l.out.silence, l.out.by = wait, time.Now().Add(wait)
	if lacks && pushed == "" {
		go h.fleet.push.send(ctx, l.in) // what became of it, the far side says
	}
	return l, nil
}

// lacksProgram notes that the host has no lockscope. It reports whether one is to be pushed, and was not before.
func (h *host) lacksProgram() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.fleet.push == nil || h.lacks {
		return false
	}
	h.lacks = true
	return true
}

// follow takes in what a host tells after its hello, until that ends.
func (h *host) follow(ctx context.Context, s *stream, l *link, hello *report.Hello) error {
	every := min(max(hello.Every, leastBeat), mostBeat)
	l.out.silence = silentBeats * every
	h.mirror.begin()
	began := time.Now()
	allowed, getsOn := newAllowance(began), pace{moved: began}
	for {
		l.out.by = time.Now().Add(lineWait)
		object, size, err := s.object()
		switch {
		case err == errLongLine:
			object = report.Line{Error: &report.PathError{Path: "/", Err: err}}
		case err != nil:
			return err
		}
		h.heard = time.Now()
		if object.Summary != nil { // it cannot have taken longer than it was heard of
			object.Summary.Duration = min(object.Summary.Duration, h.heard.Sub(began))
		}
		u, err := h.mirror.take(object, size)
		if err != nil {
			return &garbledError{s.read, err}
		}
		if len(u.Changes) > 0 {
			getsOn.moved = h.heard
		}
		beat, stalled := object.Heartbeat, time.Duration(0)
		if beat != nil {
			stalled = getsOn.stalled(beat, h.mirror.whole, h.heard)
		}
		switch {
		case stalled > 0: // its word on that has no more room than this session
			h.tellLostSince(&failure{report.HostStalled, ""}, h.heard.Add(-min(stalled, h.heard.Sub(began))))
		case h.lost.Host != "" && (u.Summary != nil || beat != nil && h.mirror.whole): // all of it is current again
			h.back()
			u.Gone = append(u.Gone, h.name)
		}
		h.fleet.merge.put(h.name, u, h.mirror, object.Summary != nil || object.Heartbeat != nil)
		if len(u.Changes) == 1 && u.Changes[0].New && size < lineBytes { // of which there are only so many: see maxDirs
			continue
		}
		if wait := allowed.spend(h.heard, size); wait > 0 {
			select {
			case <-ctx.Done():
			case <-time.After(wait):
			}
		}
	}
}

// ask sends requests to the far side, until ctx ends. One that it does not take is dropped, and so are those
// that follow.
func (h *host) ask(ctx context.Context, to *os.File) {
	for {
		select {
		case <-ctx.Done():
			return
		case q := <-h.requests:
			to.SetWriteDeadline(time.Now().Add(leastBeat))
			if _, err := to.Write(q.line()); err != nil {
				return
			}
		}
	}
}

// forget drops what was asked for while nobody was there to take it.
func (h *host) forget() {
	for {
		select {
		case <-h.requests:
		case <-h.again:
		default:
			return
		}
	}
}

// request asks for something and returns at once.
func (h *host) request(q request) {
	select {
	case h.requests <- q:
	default: // it takes none
	}
}

func (h *host) setPushed(path string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.pushed = path
}
