// Lockscope shows who owns each of many data directories on a host, which locks
// are lying, and why a daemon will not start.
//
// This package reads the command line and the config file, chooses between the
// screen and the printed forms, and turns what happened into an exit status.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"

	"github.com/spf13/pflag"
	"golang.org/x/sys/unix"

	"lockscope/lock/locktest"
	"lockscope/scan"
	"lockscope/scan/report"
	"lockscope/ui"
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

func main() {
	locktest.Main() // the demo's processes are this program again, and begin here
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// run is the whole program. It returns the exit status, and may be called once.
func run(args []string, outFile, errFile *os.File) int {
	ctx, stop := untilSignal()
	defer stop()
	stdout, stderr := ui.NewOutput(ctx, outFile), ui.NewOutput(ctx, errFile)
	stderr.ASCII = !utf8Locale()

	s, err := parse(args)
	switch {
	case errors.Is(err, pflag.ErrHelp):
		return tell(stdout, stderr, usage)
	case errors.Is(err, errVersion):
		return tell(stdout, stderr, version())
	case err != nil:
		complain(stderr, err)
		return exitUsage
	}
	stderr.ASCII = s.ASCII
	stdout.ASCII = s.ASCII && s.output != ui.JSON && s.output != ui.NDJSON // which are UTF-8 everywhere
	format := s.printing()
	if format == "" && !isTerminal(stdout) {
		format = ui.Table
	}
	onScreen := format == "" && !s.stale
	if s.demo {
		end, err := openSandbox(s, onScreen || s.watch)
		if err != nil {
			complain(stderr, err)
			return exitIncomplete
		}
		defer func() {
			if err := end(); err != nil {
				complain(stderr, err)
			}
		}()
	}
	if err := s.mayBreak(os.Stdin, errFile); err != nil {
		complain(stderr, err)
		return exitUsage
	}
	if s.Jobs == 0 {
		s.Jobs = scan.DefaultJobs()
	}
	go widen(s.Jobs)
	switch {
	case s.stale:
		return breakStale(ctx, s, os.Stdin, stdout, stderr)
	case onScreen:
		return screen(ctx, s, stdout, stderr)
	}
	return newPrinting(s, format, stdout, stderr).run(ctx)
}

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
		return exitSignal + int(sig.Signal)
	case errors.Is(err, syscall.EPIPE):
		return exitSignal + int(syscall.SIGPIPE)
	}
	complain(stderr, err)
	return exitIncomplete
}

func isTerminal(f interface{ Fd() uintptr }) bool {
	_, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	return err == nil
}
