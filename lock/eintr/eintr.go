// Package eintr repeats system calls that a signal interrupts.
package eintr

import "golang.org/x/sys/unix"

// tries is how often a system call is made that a signal interrupts each time. Signals that come so often come from
// somebody who means it.
const tries = 1000

// Retry makes a system call again while it returns EINTR. The Go runtime itself sends signals (SIGURG). It asks for
// SA_RESTART (sigaction(2)), but not every call restarts on every file system. A FUSE server can answer EINTR to every
// call, so it does not repeat for ever: it returns EINTR then. It may be called concurrently.
func Retry(call func() error) error {
	for range tries {
		if err := call(); err != unix.EINTR {
			return err
		}
	}
	return unix.EINTR
}
