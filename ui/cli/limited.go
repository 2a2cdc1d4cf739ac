package cli

import (
	"net"
	"net/http"
	"slices"
	"sync"
)

// limited is a listener that has so many connections at a time. Where all are taken, one that is kept open for a further
// request gives way; else the next one waits in the kernel's queue.
type limited struct {
	net.Listener
	slots chan struct{}
	done  chan struct{} // closed with the listener
	once  sync.Once

	mu   sync.Mutex
	idle []net.Conn // kept open between two requests, the one that has been so for longest first
	full bool       // the next one waits for a slot
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

// makeRoom closes a connection that is idle, or else the next one that is.
func (l *limited) makeRoom() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.idle) == 0 {
		l.full = true
		return
	}
	l.idle[0].Close()
	l.idle = slices.Delete(l.idle, 0, 1)
}

// noteState is told by the server what a connection does: see http.Server.ConnState.
func (l *limited) noteState(c net.Conn, state http.ConnState) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.idle = slices.DeleteFunc(l.idle, func(other net.Conn) bool { return other == c })
	switch {
	case state != http.StateIdle:
	case l.full:
		l.full = false
		c.Close()
	default:
		l.idle = append(l.idle, c)
	}
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
