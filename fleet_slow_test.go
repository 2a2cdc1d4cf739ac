package main

import (
	"fmt"
	"net"
	"path/filepath"
	"testing"
	"time"

	"lockscope/scan/hosttest"
)

// slowLine listens on a port of this host, and takes what comes there to another port and back: a quarter of a
// second later each way, and 30 kB in a second. (A netem of tc(8) would slow down all that is on this host, and few
// kernels have one.)
func slowLine(t *testing.T, to int) (port int) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", fmt.Sprint("127.0.0.1:", to))
			if err != nil {
				near.Close()
				continue
			}
			go slowly(far, near)
			go slowly(near, far)
		}
	}()
	return l.Addr().(*net.TCPAddr).Port
}

func slowly(to, from net.Conn) {
	const delay, rate = 250 * time.Millisecond, 30_000
	type packet struct {
		data []byte
		due  time.Time
	}
	line := make(chan packet, 64)
	go func() {
		defer to.Close()
		for p := range line {
			time.Sleep(time.Until(p.due))
			to.Write(p.data) // one who is gone is found by the read from there
		}
	}()
	defer close(line)
	for free := time.Now(); ; {
		data := make([]byte, 1400)
		n, err := from.Read(data)
		if err != nil {
			return
		}
		if now := time.Now(); free.Before(now) {
			free = now
		}
		free = free.Add(time.Duration(n) * time.Second / rate)
		time.Sleep(time.Until(free))
		line <- packet{data[:n], free.Add(delay)}
	}
}

// Over a slow line a host is watched as any other: it is not taken for lost, and makes no other wait.
func TestFleetSlowLine(t *testing.T) {
	t.Parallel()
	n := newSSHNet(t)
	n.start("fast", "")
	port := slowLine(t, n.start("slow", "").port)
	n.alias(fmt.Sprintf("Host slow\n\tPort %d\n", port))
	root := staleAndFree(t)
	for i := range 150 {
		hosttest.MakeStale(t, filepath.Join(root, fmt.Sprintf("tenant-%03d", i)))
	}
	next := watchFleet(t, n.command("--host=slow", "--host=fast", "-w", "-o", "ndjson", root))
	began, dirs := time.Now(), map[string]int{}
	untilLine(t, next, "the summary of all", func(l fleetLine) bool {
		if l.Type == "host" {
			t.Errorf("%+v", l)
		}
		if dirs[l.Host]++; dirs["slow"] == 152 && dirs["fast"] < 152 {
			t.Errorf("the fast one has told of no more than %d when the slow one has told of all", dirs["fast"])
		}
		return l.Type == "summary"
	})
	if dirs["slow"] != 152 || dirs["fast"] != 152 {
		t.Errorf("%v", dirs)
	}
	t.Logf("all was there after %v", time.Since(began))
	hosttest.MakeStale(t, filepath.Join(root, "new"))
	untilLine(t, next, "about the new one", func(l fleetLine) bool {
		return l.Type == "dir" && l.Host == "slow" && filepath.Base(l.Path) == "new"
	})
}
