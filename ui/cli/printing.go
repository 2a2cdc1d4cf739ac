package cli

import (
	"context"
	"errors"
	"os"
	"sync"
	"syscall"
	"time"

	"lockscope/scan/report"
	"lockscope/ui"
	"lockscope/ui/print"
)

// printing is a scan, or a watch (--watch), whose results are printed.
type printing struct {
	s       *settings
	scan    *scanning
	opt     print.Options
	printer print.Printer
	watcher print.Watcher // the printer, in a watch
	health  *health       // of a watch
	stdin   *os.File
	stdout  *ui.Output

	mu     sync.Mutex       // guards what follows, and the printer
	err    error            // the first error of writing the output; it ends the scan
	beat   report.Heartbeat // the next one
	fresh  int              // errors since the last walk ended
	walked bool             // there was a walk since the last pass ended
}

// newPrinting returns a scan that is to be printed. The error is one of usage.
func newPrinting(s *settings, f print.Format, stdin *os.File, stdout, stderr *ui.Output) (*printing, error) {
	stream := 0
	if f == print.NDJSON {
		stream = streamFrom
	}
	sc, err := newScanning(s, stream, stderr)
	if err != nil {
		return nil, err
	}
	opt := s.printOptions()
	opt.Hosts, opt.Seen = sc.names(), s.requests
	opt.Color, opt.Width = s.Color.enabled(isTerminal(stdout)), columnsOf(stdout)
	p := &printing{s: s, scan: sc, opt: opt, stdin: stdin, stdout: stdout}
	if s.watch {
		p.watcher = print.NewWatch(stdout, opt)
		p.printer, p.health = p.watcher, newHealth(s.Interval.Duration, s.Timeout.Duration, time.Now())
	} else {
		p.printer = print.New(stdout, f, opt)
	}
	return p, nil
}

// printScan prints a scan or a watch, and returns the exit status.
func printScan(ctx context.Context, s *settings, f print.Format, stdin *os.File, stdout, stderr *ui.Output) int {
	p, err := newPrinting(s, f, stdin, stdout, stderr)
	if err != nil {
		printError(stderr, err)
		return exitUsage
	}
	return p.run(ctx)
}

// readerGone is why a watch ended: nobody reads the output any more. The signal is the one that the next
// write would bring.
type readerGone struct{ syscall.Signal }

func (u readerGone) Error() string { return "the output is not read any more" }

// watchReader ends a watch as soon as its reader is gone. Otherwise it would go on until the next change
// is written.
func (p *printing) watchReader(ctx context.Context, end context.CancelCauseFunc) {
	gone := readerGone{syscall.SIGPIPE}
	if isTerminal(p.stdout) {
		gone = readerGone{syscall.SIGHUP}
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
		watching.Go(func() { p.watchReader(ctx, end) })
		p.write(func() error { return p.watcher.Hello(p.s.hello()) }, cancel)
		watching.Go(func() { p.heartbeats(ctx, cancel) })
		if p.s.requests {
			go p.serve(end) // nothing but the end of the process ends a read
		}
		ended := false
		err = p.scan.source.Run(ctx, func(u report.Update) {
			p.note(u)
			p.update(u, cancel)
			if u.Summary != nil && !ended {
				ended = true
				p.printEnd(*u.Summary, cancel)
			}
		})
	} else {
		sum, err = p.scan.source.Once(ctx, func(u report.Update) { p.update(u, cancel) })
		if err == nil {
			p.printEnd(sum, cancel)
		}
	}
	p.scan.endProgress()
	var gone readerGone
	switch {
	case errors.Is(context.Cause(ctx), errAskerGone):
		return exitOK
	case errors.As(context.Cause(ctx), &gone):
		return exitSignal + int(gone.Signal)
	case p.err != nil:
		return writeFailed(p.scan.stderr, p.err)
	}
	status := p.scan.status(ctx, err)
	if status == exitOK && p.s.check && print.NeedsAttention(sum, p.opt) {
		return exitAttention
	}
	return status
}

func (p *printing) update(u report.Update, cancel func()) {
	u = p.scan.reportErrors(u)
	p.write(func() error { return p.printer.Update(u) }, cancel)
	p.scan.showProgress(u.Progress)
}

func (p *printing) printEnd(sum report.Summary, cancel func()) {
	p.scan.endProgress()
	p.write(func() error { return p.printer.End(sum) }, cancel)
}

// write writes to the output, unless it has failed. The first failure is kept, and cancels the scan.
func (p *printing) write(to func() error, cancel func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err != nil {
		return
	}
	if p.err = to(); p.err != nil {
		cancel()
	}
}
