package locktest

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"

	"lockscope/lock"
)

// Counts says how often a Loop succeeded and failed.
type Counts struct {
	Acquired int
	Failed   map[string]int // failures, by "held", the name of an errno such as "ENOSPC", or "other"
}

func (c Counts) String() string {
	var b strings.Builder
	fmt.Fprint(&b, c.Acquired)
	for class, n := range c.Failed {
		fmt.Fprintf(&b, " %s=%d", class, n)
	}
	return b.String()
}

func parseCounts(text string) (Counts, error) {
	c := Counts{Failed: map[string]int{}}
	fields := strings.Fields(text)
	if len(fields) == 0 {
		return c, errors.New("no counts")
	}
	var err error
	if c.Acquired, err = strconv.Atoi(fields[0]); err != nil {
		return c, err
	}
	for _, f := range fields[1:] {
		class, n, _ := strings.Cut(f, "=")
		if c.Failed[class], err = strconv.Atoi(n); err != nil {
			return c, err
		}
	}
	return c, nil
}

// Loop is a daemon that acquires and releases the lock of one directory as fast as it can.
type Loop struct{ *Proc }

// Loop starts a Loop. It returns after the first acquire, which may have failed.
func (w *World) Loop(dir string) (Loop, error) {
	p, err := w.Daemon(dir)
	if err != nil {
		return Loop{}, err
	}
	_, err = p.ask("loop")
	return Loop{p}, err
}

// Stop makes it stop, with the lock released, and returns its counts.
func (l Loop) Stop() (Counts, error) {
	answer, err := l.ask("stop")
	if err != nil {
		return Counts{}, err
	}
	return parseCounts(answer)
}

// looper is the state of a Loop, in its own process.
type looper struct {
	stopping atomic.Bool
	result   chan Counts
}

func startLoop(dir string) *looper {
	l := &looper{result: make(chan Counts)}
	begun := make(chan struct{})
	go func() {
		c := Counts{Failed: map[string]int{}}
		for first := true; first || !l.stopping.Load(); first = false {
			held, err := lock.Acquire(dir)
			if err == nil {
				c.Acquired++
				err = held.Release()
			}
			if err != nil {
				c.Failed[class(err)]++
			}
			if first {
				close(begun)
			}
		}
		l.result <- c
	}()
	<-begun
	return l
}

func (l *looper) stop() Counts {
	l.stopping.Store(true)
	return <-l.result
}

func class(err error) string {
	var errno syscall.Errno
	switch {
	case errors.Is(err, lock.ErrHeld):
		return "held"
	case errors.As(err, &errno):
		return unix.ErrnoName(errno)
	}
	return "other"
}
