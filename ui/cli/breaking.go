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
	"time"

	"lockscope/lock"
	"lockscope/scan/pool"
	"lockscope/scan/report"
	"lockscope/ui"
	"lockscope/ui/list"
	"lockscope/ui/print"
	"lockscope/ui/show"
)

// staleDirs are the stale directories that a scan found, by key.
type staleDirs map[string]*report.Report

func (t staleDirs) update(u report.Update) {
	for _, c := range u.Changes {
		delete(t, c.Report.Key())
		if c.Report.Breakable() {
			t[c.Report.Key()] = c.Report
		}
	}
	for _, key := range u.Gone {
		delete(t, key)
	}
}

// sorted returns the reports in order of their keys.
func (t staleDirs) sorted() []*report.Report {
	reports := make([]*report.Report, 0, len(t))
	for _, r := range t {
		reports = append(reports, r)
	}
	slices.SortFunc(reports, func(a, b *report.Report) int { return strings.Compare(a.Key(), b.Key()) })
	return reports
}

// runBreak scans once, and breaks every stale lock that the filter shows or, with --dry-run, says what that would come to. It
// returns the exit status.
func runBreak(ctx context.Context, s *settings, stdin *os.File, stdout, stderr *ui.Output) int {
	found := staleDirs{}
	sc, err := newScanning(s, 0, stderr)
	if err != nil {
		printError(stderr, err)
		return exitUsage
	}
	sum, err := sc.source.Once(ctx, func(u report.Update) {
		found.update(sc.reportErrors(u))
		sc.showProgress(u.Progress)
	})
	sc.endProgress()
	status := sc.status(ctx, err)
	if ctx.Err() != nil || err != nil {
		return status
	}
	reports := found.sorted()
	among := show.Counted(sum.Dirs, "data directory", "data directories")
	if n := sum.States[report.Unknown]; n > 0 { // which may be stale
		among += ", of which " + show.Counted(n, "is unknown", "are unknown")
	}
	if len(reports) == 0 { // a wrong path, or a disk that is not mounted, looks the same else
		fmt.Fprintf(stderr, "lockscope: nothing is stale among %s\n", among)
	} else if reports = s.matching(reports); len(reports) == 0 {
		fmt.Fprintf(stderr, "lockscope: the filter %s leaves out all that is stale: %s of %s\n",
			report.Escape(s.breakFilter), show.Count(len(found)), among)
	}
	breaker := s.newBreaker(sc.fleet)
	attempt := breaker.Break
	switch {
	case s.dryRun: // even with --yes
		attempt = breaker.Check
	case len(reports) > 0 && !s.yes && !confirmed(ctx, reports, s.names(), breaker, stdin, stderr) && ctx.Err() == nil:
		printError(stderr, errors.New("nothing was removed"))
		return exitAttention
	}
	out := print.NewBreakPrinter(stdout, s.output)
	for _, r := range reports {
		if ctx.Err() != nil {
			break
		}
		a, err := attemptUntil(ctx, r, attempt)
		if err != nil {
			printError(stderr, err)
			break
		}
		if a.Err != nil && status == exitOK {
			status = exitAttention
		}
		if err := out.Print(r, a); err != nil {
			if !s.dryRun { // what was done is told all the same, and no more is done that nobody would hear of
				print.NewBreakPrinter(stderr, print.Table).Print(r, a)
			}
			return writeFailed(stderr, err)
		}
	}
	if sig, stopped := stoppedBy(ctx); stopped {
		printError(stderr, sig)
		return sig.status()
	}
	return status
}

// matching returns those of the reports that --filter shows, in the same order.
func (s *settings) matching(reports []*report.Report) []*report.Report {
	paths := show.NewPaths(s.shownRoots(), &show.Charset{ASCII: s.ASCII})
	return list.Arrange(reports, list.Order{Column: show.ColumnDirectory}, s.breakFilter, paths, hostname(), time.Now())
}

// attemptUntil makes an attempt. Once ctx has ended it waits for attemptGrace, and no longer for one that hangs. The error
// is that it does.
func attemptUntil(ctx context.Context, r *report.Report, attempt func(*report.Report) report.Attempt) (a report.Attempt, err error) {
	late, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(attemptGrace, cancel) })()
	a, ended := pool.Await(late, func() report.Attempt { return attempt(r) })
	if !ended {
		err = fmt.Errorf("%s: no answer yet: what becomes of the attempt is not known", r.Key())
	}
	return a, err
}

// confirmed lists what would be broken, with the evidence, and asks whether to do it. Anything but a yes
// is a no, as is the end of ctx.
func confirmed(ctx context.Context, reports []*report.Report, names lock.Names, b breaker, stdin io.Reader, stderr io.Writer) bool {
	for _, r := range reports {
		if ctx.Err() != nil {
			return false
		}
		summary, _ := r.Explain()
		fmt.Fprintf(stderr, "%s\n  %s\n  to be removed: %s\n", report.Escape(r.Key()), summary,
			report.Escape(strings.Join(names.Leftovers(*r.WasSeen()), ", ")))
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
		if err != nil { // an answer that is cut short is none
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

// breakAllowed returns why the settings do not allow --break-stale here, or nil. Nothing is scanned yet.
func (s *settings) breakAllowed(stdin, stderr *os.File) error {
	switch {
	case s.breakStale && s.ReadOnly:
		return errors.New("--break-stale: not allowed, because of --read-only or read_only in the config file")
	case s.breakStale && s.seen == "" && !s.yes && !s.dryRun && !(isTerminal(stdin) && isTerminal(stderr)):
		return errors.New("--break-stale: there is no terminal to ask on; use --dry-run to see what would be removed, or --yes")
	}
	return nil
}
