package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"sync"
	"syscall"
	"time"

	"lockscope/scan"
	"lockscope/scan/report"
	"lockscope/ui"
	"lockscope/ui/print"
)

// printing is one scan, or a watch, that is printed.
type printing struct {
	s        *settings
	monitor  *scan.Monitor
	opt      print.Options
	printer  print.Printer
	stdout   *ui.Output
	stderr   io.Writer
	progress *print.Progress // nil where nobody would see it, and once there are results

	errors     errorList
	rootFailed bool  // a root could not be scanned
	err        error // the first of writing the output, which ends the scan
}

func newPrinting(s *settings, f print.Format, stdout, stderr *ui.Output) *printing {
	stream := 0
	if f == print.NDJSON {
		stream = streamFrom
	}
	p := &printing{s: s, monitor: scan.New(s.scanConfig(stream)), stdout: stdout, stderr: stderr}
	p.opt = print.Options{
		Host:       hostname(),
		Roots:      s.Roots,
		Started:    time.Now(),
		States:     s.states,
		Color:      s.Color.on(isTerminal(stdout)),
		Width:      columnsOf(stdout),
		ASCII:      s.ASCII,
		AllowEmpty: s.AllowEmpty,
	}
	p.printer = print.New(stdout, f, p.opt)
	if isTerminal(stderr) && os.Getenv("TERM") != "dumb" {
		p.progress = print.NewProgress(stderr)
	}
	return p
}

// unread is why a watch ended whose reader went away: the signal that says so to who writes on.
type unread struct{ syscall.Signal }

func (u unread) Error() string { return "the output is not read any more" }

// untilUnread ends a watch as soon as its reader is gone, not at the next change.
func (p *printing) untilUnread(ctx context.Context, end context.CancelCauseFunc) {
	gone := unread{syscall.SIGPIPE}
	if isTerminal(p.stdout) {
		gone = unread{syscall.SIGHUP}
	}
	if ui.HungUp(ctx, p.stdout) {
		end(gone)
	}
}

// run scans, prints and returns the exit status.
func (p *printing) run(ctx context.Context) int {
	ctx, end := context.WithCancelCause(ctx)
	var watching sync.WaitGroup
	defer func() {
		end(nil)
		watching.Wait()
	}()
	cancel := func() { end(nil) }
	var sum report.Summary
	var err error
	if p.s.watch {
		watching.Go(func() { p.untilUnread(ctx, end) })
		ended := false
		err = p.monitor.Run(ctx, func(u report.Update) {
			p.update(u, cancel)
			if u.Summary != nil && !ended {
				ended = true
				p.end(*u.Summary, cancel)
			}
		})
	} else {
		sum, err = p.monitor.Once(ctx, func(u report.Update) { p.update(u, cancel) })
		p.clear()
		if err == nil {
			p.end(sum, cancel)
		}
	}
	var sig caught
	var gone unread
	switch {
	case errors.As(context.Cause(ctx), &gone):
		return exitSignal + int(gone.Signal)
	case p.err != nil:
		return unwritten(p.stderr, p.err)
	case errors.As(context.Cause(ctx), &sig):
		if p.s.watch {
			break // there is no other way to end it
		}
		complain(p.stderr, sig)
		return exitSignal + int(sig.Signal)
	case err != nil:
		complain(p.stderr, err)
		return exitIncomplete
	}
	switch {
	case p.rootFailed:
		return exitIncomplete
	case p.s.check && print.NeedsAttention(sum, p.opt):
		return exitAttention
	}
	return exitOK
}

func (p *printing) update(u report.Update, cancel func()) {
	u.Errors = p.errors.news(u)
	if len(u.Errors)+len(u.Changes) > 0 { // there may be something to write
		p.clear()
	}
	for _, e := range u.Errors {
		complain(p.stderr, located(e))
		p.rootFailed = p.rootFailed || e.Root
	}
	if p.err == nil {
		if p.err = p.printer.Update(u); p.err != nil {
			cancel()
		}
	}
	if p.progress != nil && u.Progress.Walking {
		p.progress.Show(u.Progress)
	}
}

func (p *printing) end(sum report.Summary, cancel func()) {
	p.clear()
	p.progress = nil
	if p.err == nil {
		if p.err = p.printer.End(sum); p.err != nil {
			cancel()
		}
	}
}

func (p *printing) clear() {
	if p.progress != nil {
		p.progress.Clear()
	}
}
