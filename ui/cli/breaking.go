package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"lockscope/scan/repair"
	"lockscope/scan/report"
	"lockscope/ui"
	"lockscope/ui/print"
)

// targets are the stale directories that a scan found, by path.
type targets map[string]*report.Report

func (t targets) update(u report.Update) {
	for _, c := range u.Changes {
		delete(t, c.Report.Path)
		if c.Report.Breakable() {
			t[c.Report.Path] = c.Report
		}
	}
	for _, path := range u.Gone {
		delete(t, path)
	}
}

// sorted are the targets in order of their paths.
func (t targets) sorted() []*report.Report {
	reports := make([]*report.Report, 0, len(t))
	for _, r := range t {
		reports = append(reports, r)
	}
	slices.SortFunc(reports, func(a, b *report.Report) int { return strings.Compare(a.Path, b.Path) })
	return reports
}

// breakStale scans once and breaks every stale lock, or says what that would come to.
// It returns the exit status.
func breakStale(ctx context.Context, s *settings, stdin *os.File, stdout, stderr *ui.Output) int {
	found, sc := targets{}, newScanning(s, 0, stderr)
	_, err := sc.monitor.Once(ctx, func(u report.Update) {
		found.update(sc.tell(u))
		sc.show(u.Progress)
	})
	sc.end()
	status := sc.status(ctx, err)
	if ctx.Err() != nil || err != nil {
		return status
	}
	reports := found.sorted()
	breaker := &repair.Breaker{Names: s.names(), Audit: s.auditLog()}
	attempt := breaker.Break
	switch {
	case s.dryRun: // also beside --yes: who asks for it wants nothing to be done
		attempt = breaker.Check
	case len(reports) > 0 && !s.yes && !confirmed(ctx, reports, breaker, stdin, stderr) && ctx.Err() == nil:
		complain(stderr, errors.New("nothing was removed"))
		return exitAttention
	}
	out := print.NewBreakPrinter(stdout, s.output)
	for _, r := range reports {
		if ctx.Err() != nil {
			break
		}
		a := attempt(r)
		if a.Err != nil && status == exitOK {
			status = exitAttention
		}
		if err := out.Print(r, a); err != nil {
			return unwritten(stderr, err)
		}
	}
	if sig, stopped := stoppedBy(ctx); stopped {
		complain(stderr, sig)
		return sig.status()
	}
	return status
}

// confirmed lists what would be broken, with the evidence, and asks, until ctx ends.
func confirmed(ctx context.Context, reports []*report.Report, b *repair.Breaker, stdin io.Reader, stderr io.Writer) bool {
	for _, r := range reports {
		if ctx.Err() != nil {
			return false
		}
		summary, _ := r.Explain()
		fmt.Fprintf(stderr, "%s\n  %s\n  to be removed: %s\n", report.Escape(r.Path), summary,
			report.Escape(strings.Join(b.Names.Leftovers(r.Evidence.Evidence), ", ")))
		if a := b.Check(r); a.Outcome == report.WouldBeRefused {
			fmt.Fprintf(stderr, "  would be refused: %s\n", report.Escape(a.Why()))
		}
	}
	question := "Break this stale lock?"
	if len(reports) > 1 {
		question = fmt.Sprintf("Break these %d stale locks?", len(reports))
	}
	fmt.Fprintf(stderr, "%s [y/N] ", question)
	answer := make(chan string, 1) // buffered: nobody may be there to take it
	go func() {
		line, err := bufio.NewReader(stdin).ReadString('\n')
		if err != nil { // cut short, it is no answer
			fmt.Fprintln(stderr)
			line = ""
		}
		answer <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case line := <-answer:
		return line == "y" || line == "yes"
	case <-ctx.Done():
		fmt.Fprintln(stderr)
		return false
	}
}

// mayBreak finds out what stands against breaking before anything is scanned.
func (s *settings) mayBreak(stdin, stderr *os.File) error {
	switch {
	case s.stale && s.ReadOnly:
		return errors.New("--break-stale: not allowed, because of --read-only or read_only in the config file")
	case s.stale && !s.yes && !s.dryRun && !(isTerminal(stdin) && isTerminal(stderr)):
		return errors.New("--break-stale: there is no terminal to ask on; use --dry-run to see what would be removed, or --yes")
	}
	return nil
}
