package cli

import (
	"bufio"
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
func breakSeen(s *settings, stdin *os.File, stdout, stderr *ui.Output) int {
	if s.output == print.NDJSON {
		hello := s.hello()
		if _, err := fmt.Fprintf(stdout, "%s\n", report.Line{Hello: &hello}.Encode()); err != nil {
			return writeFailed(stderr, err)
		}
	}
	r, by, err := readSeen(s, stdin)
	if err != nil {
		printError(stderr, fmt.Errorf("--seen: %w", err))
		return exitUsage
	}
	b := &repair.Breaker{Names: s.names(), Audit: s.auditLog(), AskedBy: by}
	attempt := b.Break
	if s.dryRun {
		attempt = b.Check
	}
	a := attempt(r)
	if err := print.NewBreakPrinter(stdout, s.output).Print(r, a); err != nil {
		return writeFailed(stderr, err)
	}
	if a.Err != nil {
		return exitAttention
	}
	return exitOK
}

// readSeen reads the line, from a file or, with "-", from standard input.
func readSeen(s *settings, stdin *os.File) (*report.Report, string, error) {
	from := stdin
	if s.seen != "-" {
		f, err := os.Open(s.seen)
		if err != nil {
			return nil, "", err
		}
		defer f.Close()
		from = f
	}
	text, err := bufio.NewReader(io.LimitReader(from, report.MaxLine+1)).ReadBytes('\n')
	if len(text) == 0 || err != nil {
		return nil, "", errors.New("no whole line came")
	}
	return report.DecodeSeen(text, s.names())
}
