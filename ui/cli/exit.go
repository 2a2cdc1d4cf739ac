package cli

import (
	"errors"
	"fmt"
	"io"
	"syscall"

	"lockscope/scan/report"
)

// The exit statuses. If a signal ended the program, or the reader of its output went away, it is 128 plus
// the number of the signal, as a shell says it.
const (
	exitOK         = 0
	exitAttention  = 1 // with --check: attention needed; with --break-stale: refused, failed or declined
	exitUsage      = 2 // bad usage or config
	exitIncomplete = 3 // a root could not be scanned, or a result not written
	exitSignal     = 128
)

// printError writes an error for people, on one line and escaped.
func printError(stderr io.Writer, err error) {
	fmt.Fprintf(stderr, "lockscope: %s\n", report.Escape(err.Error()))
}

// notBegun writes why nothing was done, and returns the exit status: what the user gave cannot be used, or a signal came
// before it was read.
func notBegun(stderr io.Writer, err error) int {
	printError(stderr, err)
	if sig := (stopSignal{}); errors.As(err, &sig) {
		return sig.status()
	}
	return exitUsage
}

// printText writes a text, such as the help, and returns the exit status.
func printText(stdout, stderr io.Writer, text string) int {
	if _, err := io.WriteString(stdout, text); err != nil {
		return writeFailed(stderr, err)
	}
	return exitOK
}

// writeFailed returns the exit status for output that could not be written, and writes the error. A reader
// that went away gets no message: it has seen enough.
func writeFailed(stderr io.Writer, err error) int {
	var sig stopSignal
	switch {
	case errors.As(err, &sig): // a signal ended the write, which nobody read
		printError(stderr, sig)
		return sig.status()
	case errors.Is(err, syscall.EPIPE):
		return exitSignal + int(syscall.SIGPIPE)
	}
	printError(stderr, err)
	return exitIncomplete
}
