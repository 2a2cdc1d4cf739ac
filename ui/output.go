package ui

import (
	"bytes"
	"context"
	"os"
	"sync"
	"time"

	"lockscope/ui/show"

	"golang.org/x/sys/unix"
)

// Output is a stream whose reader may have stopped reading, as a pipe's does or a
// stopped terminal. Once ctx has ended, a write that waits is given up, with ctx's
// cause as its error, so that nobody is kept from ending the program. What follows
// would have a hole before it, and fails alike.
//
// It may be used from several goroutines.
type Output struct {
	ASCII bool // spell out what else there is in a text for people

	ctx     context.Context
	file    *os.File
	grace   time.Duration // after the end of ctx: a reader that reads is given what is under way
	writing sync.Mutex
	givenUp error
}

// outputGrace is a moment for people, and enough for a reader that only was busy.
const outputGrace = 250 * time.Millisecond

// outputMost is for what seems to take more and does not, as a file on a dead mount.
const outputMost = 5 * time.Second

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
	text := bytes.Clone(p) // the caller may use p again while a write that was given up still reads it
	if o.ASCII {
		text = []byte(show.ASCIIOnly(string(p)))
	}
	written := make(chan error, 1) // buffered: nobody may be there to take it
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

// last waits for a write after the end of ctx, and gives it up where nobody takes it.
func (o *Output) last(written <-chan error) error {
	most := time.After(outputMost)
	for {
		select {
		case err := <-written:
			return err
		case <-time.After(o.grace):
			if takesMore(o.file) { // the processor is only busy with others
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
