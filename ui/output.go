package ui

import (
	"bytes"
	"context"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"lockscope/ui/show"
)

// Output is a stream whose reader may have stopped reading, such as a pipe or a stopped terminal.
// Once ctx has ended, a write that waits is given up, with ctx's cause as its error: nothing keeps
// the program from ending. Every later write fails alike, since there would be a hole before it.
//
// It may be used from several goroutines.
type Output struct {
	ASCII bool // spell out whatever is not ASCII

	ctx     context.Context
	file    *os.File
	grace   time.Duration // for the reader to take what is being written, once ctx has ended
	writing sync.Mutex
	givenUp error // set once a write was given up
}

// NewOutput returns an Output to a file.
func NewOutput(ctx context.Context, f *os.File) *Output {
	return &Output{ctx: ctx, file: f, grace: outputGrace}
}

// Fd is the file's descriptor.
func (o *Output) Fd() uintptr { return o.file.Fd() }

func (o *Output) Write(p []byte) (int, error) {
	o.writing.Lock()
	defer o.writing.Unlock()
	if o.givenUp != nil {
		return 0, o.givenUp
	}
	text := bytes.Clone(p) // a write that was given up still reads it when the caller uses p again
	if o.ASCII {
		text = []byte(show.ASCIIOnly(string(p)))
	}
	written := make(chan error, 1) // buffered, since nobody takes it from a write that was given up
	go func() {
		_, err := o.file.Write(text)
		written <- err
	}()
	var err error
	select {
	case err = <-written:
	case <-o.ctx.Done():
		err = o.last(written)
	}
	if err != nil {
		return 0, err
	}
	return len(p), nil
}

// last waits for a write after the end of ctx. It gives up where the reader takes nothing.
func (o *Output) last(written <-chan error) error {
	most := time.After(maxGrace)
	for {
		select {
		case err := <-written:
			return err
		case <-time.After(o.grace):
			if takesMore(o.file) { // the reader reads, and the write has to wait for a processor
				continue
			}
		case <-most:
		}
		o.givenUp = context.Cause(o.ctx)
		return o.givenUp
	}
}

// takesMore reports whether a write would not wait, now.
func takesMore(f *os.File) bool {
	polled := []unix.PollFd{{Fd: int32(f.Fd()), Events: unix.POLLOUT}}
	_, err := unix.Poll(polled, 0)
	return err != nil || polled[0].Revents != 0
}
