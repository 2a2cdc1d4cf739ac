package cli

import (
	"net"
	"sync"
)

// limited is a listener that has so many connections at a time. The next one waits in the kernel's queue.
type limited struct {
	net.Listener
	slots chan struct{}
	done  chan struct{} // closed with the listener
	once  sync.Once
}

func newLimited(l net.Listener, most int) *limited {
	return &limited{Listener: l, slots: make(chan struct{}, most), done: make(chan struct{})}
}

// Accept waits for room, and then for a connection.
func (l *limited) Accept() (net.Conn, error) {
	select {
	case l.slots <- struct{}{}:
	case <-l.done:
		return nil, net.ErrClosed
	}
	c, err := l.Listener.Accept()
	if err != nil {
		<-l.slots
		return nil, err
	}
	return &limitedConn{Conn: c, free: func() { <-l.slots }}, nil
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
