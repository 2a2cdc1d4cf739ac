package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"lockscope/scan/repair"
	"lockscope/scan/report"
	"lockscope/ui"
	"lockscope/ui/print"
)

// breakSeen breaks the stale lock that is described by one line of JSON: what somebody on another host saw of
// it. Nothing is scanned, and every guard of a break holds. It says hello before it reads, so that the other
// side knows that nothing was done where the connection fails before. It returns the exit status.
func breakSeen(ctx context.Context, s *settings, stdin *os.File, stdout, stderr *ui.Output) int {
	if s.output == print.NDJSON {
		hello := s.hello()
		if _, err := fmt.Fprintf(stdout, "%s\n", report.Line{Hello: &hello}.Encode()); err != nil {
			return writeFailed(stderr, err)
		}
	}
	r, err := await(ctx, func() (seen, error) {
		r, err := readSeen(s, stdin)
		if err != nil {
			return seen{}, fmt.Errorf("--seen: %w", err)
		}
		return r, nil
	})
	if err != nil {
		return notBegun(stderr, err)
	}
	b := &repair.Breaker{Names: s.names(), Audit: s.auditLog(), AskedBy: r.by}
	attempt := b.Break
	if s.dryRun {
		attempt = b.Check
	}
	a, err := attemptUntil(ctx, r.report, attempt)
	if err != nil {
		printError(stderr, err)
		sig, _ := stoppedBy(ctx)
		return sig.status()
	}
	if err := print.NewBreakPrinter(stdout, s.output).Print(r.report, a); err != nil {
		return writeFailed(stderr, err)
	}
	if a.Err != nil {
		return exitAttention
	}
	return exitOK
}

// seen is what somebody saw of a stale lock.
type seen struct {
	report *report.Report
	by     string // who that was
}

// readSeen reads the line, from a file or, with "-", from standard input.
func readSeen(s *settings, stdin *os.File) (seen, error) {
	from := stdin
	if s.seen != "-" {
		f, err := os.Open(s.seen)
		if err != nil {
			return seen{}, err
		}
		defer f.Close()
		from = f
	}
	text, err := bufio.NewReader(io.LimitReader(from, report.MaxLine+1)).ReadBytes('\n')
	if len(text) == 0 || err != nil {
		return seen{}, errors.New("no whole line came")
	}
	r, by, err := report.DecodeSeen(text, s.names())
	return seen{r, by}, err
}
