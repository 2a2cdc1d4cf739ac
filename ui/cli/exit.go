package cli

import (
	"errors"
	"fmt"
	"io"
	"syscall"

	"lockscope/scan/report"
)

// The exit statuses. One who is interrupted by a signal, or whose reader went away,
// exits with 128 and the number of the signal, as a shell would tell it.
const (
	exitOK         = 0
	exitAttention  = 1 // with --check
	exitUsage      = 2 // bad usage or config
	exitIncomplete = 3 // a root could not be scanned, or a result not written
	exitSignal     = 128
)

// complain writes an error for people, on one line and with nothing raw in it.
func complain(stderr io.Writer, err error) {
	fmt.Fprintf(stderr, "lockscope: %s\n", report.Escape(err.Error()))
}

// tell writes text that was asked for and returns the exit status.
func tell(stdout, stderr io.Writer, text string) int {
	if _, err := io.WriteString(stdout, text); err != nil {
		return unwritten(stderr, err)
	}
	return exitOK
}

// unwritten returns the exit status for output that could not be written. A
// reader that went away has seen enough, and needs no message.
func unwritten(stderr io.Writer, err error) int {
	var sig caught
	switch {
	case errors.As(err, &sig): // it was given up, since nobody read it
		complain(stderr, sig)
		return sig.status()
	case errors.Is(err, syscall.EPIPE):
		return exitSignal + int(syscall.SIGPIPE)
	}
	complain(stderr, err)
	return exitIncomplete
}
