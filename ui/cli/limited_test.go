package cli

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"lockscope/scan/hosttest"
)

// dialTo opens a connection, and sends a text.
func dialTo(t *testing.T, l net.Listener, text string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(hosttest.Patience))
	fmt.Fprint(c, text)
	return c
}

// answered tests that a client gets an answer.
func answered(t *testing.T, c net.Conn) {
	t.Helper()
	if line, err := bufio.NewReader(c).ReadString('\n'); !strings.HasPrefix(line, "HTTP/1.1 200 ") {
		t.Errorf("%q, %v", line, err)
	}
}

// Clients whose requests do not become whole give way, the first of them first, and never one that is being answered.
func TestLimitedHalfRequests(t *testing.T) {
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	begun, goOn := make(chan bool), make(chan bool)
	l, server := newLimited(tcp, 3), &http.Server{} // without limits of time
	t.Cleanup(func() { server.Close() })
	go l.serve(server, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			begun <- true
			<-goOn
		}
	}))
	const half, rest = "GET / HTTP/1.1\r\nHo", "st: x\r\n\r\n"
	slow := dialTo(t, tcp, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
	<-begun
	first, second := dialTo(t, tcp, half), dialTo(t, tcp, half)
	answered(t, dialTo(t, tcp, half+rest))
	if n, err := first.Read(make([]byte, 1)); err == nil {
		t.Errorf("the first one is told something of %d bytes", n)
	}
	fmt.Fprint(second, rest)
	answered(t, second)
	goOn <- true
	answered(t, slow)
}
