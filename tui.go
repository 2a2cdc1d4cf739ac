package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"lockscope/scan"
	"lockscope/ui"
)

// screen runs the terminal interface until the user quits. A terminal that
// cannot show it gets the table instead.
func screen(ctx context.Context, s *settings, m *scan.Monitor, stderr *os.File) int {
	o := ui.Options{
		Host:     hostname(),
		Roots:    s.Roots,
		Names:    s.scanConfig().Names,
		Source:   m,
		Interval: s.Interval.Duration,
		States:   s.states,
		ASCII:    s.ASCII,
		Color:    s.Color.on(true),
		Demo:     s.demo,
	}
	if !s.ReadOnly {
		breaker := scan.Breaker{Names: o.Names, Audit: s.auditLog()}
		o.Break = breaker.Break
	}
	err := ui.Run(ctx, o)
	var sig caught
	switch {
	case errors.Is(err, ui.ErrDumbTerminal):
		complain(stderr, fmt.Errorf("%w; here is the table", err))
		return newPrinting(s, ui.Table, os.Stdout, stderr).run(ctx, m)
	case errors.As(context.Cause(ctx), &sig):
		return exitSignal + int(sig.Signal)
	case err != nil:
		complain(stderr, err)
		return exitIncomplete
	}
	return exitOK
}
