package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"

	"lockscope/scan/report"
	"lockscope/ui"
	"lockscope/ui/print"
)

// runScreen shows the screen until the user quits. Where the terminal cannot show it, it prints the table
// instead. It returns the exit status.
func runScreen(ctx context.Context, s *settings, stdin *os.File, stdout, stderr *ui.Output) int {
	source, fleet, err := s.newSource(1)
	if err != nil {
		printError(stderr, err)
		return exitUsage
	}
	view, _ := s.view() // an error was one of usage
	o := ui.Options{
		Host:     hostname(),
		Roots:    s.shownRoots(),
		Names:    s.names(),
		Source:   source,
		Interval: s.Interval.Duration,
		States:   s.states,
		View:     view,
		Bell:     s.Bell,
		Title:    s.Title,
		ASCII:    s.ASCII,
		Color:    s.Color.enabled(true),
		Demo:     s.demo,
	}
	if fleet != nil {
		o.Hosts = fleet.Names()
	}
	if !s.ReadOnly {
		b := s.newBreaker(fleet)
		o.Break = b.Break
		o.Check = func(r *report.Report, only bool) report.Attempt {
			if all, ok := b.(anywhere); ok && !only { // or a dialog about many would make a connection for each
				return all.checkHere(r)
			}
			return b.Check(r)
		}
	}
	err = ui.Run(ctx, o)
	sig, stopped := stoppedBy(ctx)
	switch {
	case errors.Is(err, ui.ErrDumbTerminal), errors.Is(err, ui.ErrNoKeyboard):
		printError(stderr, fmt.Errorf("%w; here is the table", err))
		return printScan(ctx, s, print.Table, stdin, stdout, stderr)
	case stopped:
		return sig.status()
	case errors.Is(err, ui.ErrTerminalGone):
		printError(stderr, err)
		return exitSignal + int(syscall.SIGHUP)
	case err != nil:
		printError(stderr, err)
		return exitIncomplete
	}
	return exitOK
}
