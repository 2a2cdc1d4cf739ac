package cli

import (
	"context"
	"net"
	"net/http"
	"slices"
	"sync"
)

// limited is a listener that has so many connections at a time. Where all are taken, one on which nothing is answered gives
// way: it is kept open for a further request, or its request is not whole yet. Else the next one waits in the kernel's
// queue.
type limited struct {
	net.Listener
	slots chan struct{}
	done  chan struct{} // closed with the listener
	once  sync.Once

	mu      sync.Mutex
	waiting []net.Conn // for a whole request, the one that has been so for longest first
	full    bool       // the next one waits for a slot
}

func newLimited(l net.Listener, most int) *limited {
	return &limited{Listener: l, slots: make(chan struct{}, most), done: make(chan struct{})}
}

// Accept waits for a connection, and then for room. So a client that has come is let in, and nobody gives way for one
// that has not.
func (l *limited) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	select {
	case l.slots <- struct{}{}:
	default:
		l.makeRoom()
		select {
		case l.slots <- struct{}{}:
			l.mu.Lock()
			l.full = false
			l.mu.Unlock()
		case <-l.done:
			c.Close()
			return nil, net.ErrClosed
		}
	}
	return &limitedConn{Conn: c, free: func() { <-l.slots }}, nil
}

// makeRoom closes the connection that has waited for longest for a request, or else the next one that does.
func (l *limited) makeRoom() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting) == 0 {
		l.full = true
		return
	}
	l.waiting[0].Close()
	l.waiting = slices.Delete(l.waiting, 0, 1)
}

// noteState is told by the server what a connection does: see http.Server.ConnState.
func (l *limited) noteState(c net.Conn, state http.ConnState) {
	if state == http.StateActive { // since the first byte of a request, of which the rest may never come
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forget(c)
	switch {
	case state != http.StateNew && state != http.StateIdle:
	case l.full && state == http.StateIdle:
		l.full = false
		c.Close()
	default:
		l.waiting = append(l.waiting, c)
	}
}

// forget notes that a connection does not wait for a request. The caller holds mu.
func (l *limited) forget(c net.Conn) {
	l.waiting = slices.DeleteFunc(l.waiting, func(other net.Conn) bool { return other == c })
}

// serve has a server serve its connections with a handler. A request that the handler gets is whole.
func (l *limited) serve(s *http.Server, handler http.Handler) error {
	type connection struct{} // the key of it in the context of a request
	s.ConnState = l.noteState
	s.ConnContext = func(ctx context.Context, c net.Conn) context.Context { return context.WithValue(ctx, connection{}, c) }
	s.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l.mu.Lock()
		l.forget(r.Context().Value(connection{}).(net.Conn))
		l.mu.Unlock()
		handler.ServeHTTP(w, r)
	})
	return s.Serve(l)
}

// Close ends an Accept that waits, too.
func (l *limited) Close() error {
	l.once.Do(func() { close(l.done) })
	return l.Listener.Close()
}

// limitedConn gives its slot back when it is closed.
type limitedConn struct {
	net.Conn
	once sync.Once
	free func()
}

func (c *limitedConn) Close() error {
	c.once.Do(c.free)
	return c.Conn.Close()
}
