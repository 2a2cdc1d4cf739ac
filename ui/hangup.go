package ui

import (
	"context"
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// HungUp waits until there is nobody at the other end of one of the files, or until ctx ends. It
// reports whether the first came. A pipe has no reader then, a socket no peer, and a terminal is
// gone. Waiting takes no processor time.
//
// A peer that says only that it sends no more may still read. That is no hang-up.
func HungUp(ctx context.Context, files ...interface{ Fd() uintptr }) bool {
	wake, end, err := os.Pipe()
	if err != nil {
		return untilEnd(ctx)
	}
	defer wake.Close()
	stop := context.AfterFunc(ctx, func() { end.Close() })
	defer func() {
		if stop() {
			end.Close()
		}
	}()

	// POLLHUP and POLLERR are told whether asked for or not: poll(2).
	polled := []unix.PollFd{{Fd: int32(wake.Fd())}}
	for _, f := range files {
		polled = append(polled, unix.PollFd{Fd: int32(f.Fd())})
	}
	for {
		_, err := unix.Poll(polled, -1)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return untilEnd(ctx)
		}
		for i := range polled[1:] {
			switch f := &polled[i+1]; {
			case f.Revents&(unix.POLLHUP|unix.POLLERR) != 0:
				return true
			case f.Revents&unix.POLLNVAL != 0:
				f.Fd = -1 // it is not open, and can tell nothing
			}
		}
		if polled[0].Revents != 0 {
			return false
		}
	}
}

// untilEnd is HungUp where the system does not tell.
func untilEnd(ctx context.Context) bool {
	<-ctx.Done()
	return false
}
