package cli

import (
	"context"
	"errors"
	"fmt"
	"syscall"

	"lockscope/scan"
	"lockscope/scan/repair"
	"lockscope/ui"
	"lockscope/ui/print"
)

// runScreen shows the screen until the user quits. Where the terminal cannot show it, it prints the table
// instead. It returns the exit status.
func runScreen(ctx context.Context, s *settings, stdout, stderr *ui.Output) int {
	view, _ := s.view() // an error was one of usage
	o := ui.Options{
		Host:     hostname(),
		Roots:    s.Roots,
		Names:    s.names(),
		Source:   scan.New(s.scanConfig(1)),
		Interval: s.Interval.Duration,
		States:   s.states,
		View:     view,
		Bell:     s.Bell,
		Title:    s.Title,
		ASCII:    s.ASCII,
		Color:    s.Color.enabled(true),
		Demo:     s.demo,
	}
	if !s.ReadOnly {
		breaker := repair.Breaker{Names: o.Names, Audit: s.auditLog()}
		o.Break, o.Check = breaker.Break, breaker.Check
	}
	err := ui.Run(ctx, o)
	sig, stopped := stoppedBy(ctx)
	switch {
	case errors.Is(err, ui.ErrDumbTerminal), errors.Is(err, ui.ErrNoKeyboard):
		printError(stderr, fmt.Errorf("%w; here is the table", err))
		return newPrinting(s, print.Table, stdout, stderr).run(ctx)
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
