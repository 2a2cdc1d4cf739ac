package print

import (
	"bufio"
	"io"

	"lockscope/scan/report"
)

// ndjsonPrinter prints an object a line: every directory as soon as its state is
// established, at the end of the scan the errors and the summary, and what
// changes after that.
type ndjsonPrinter struct {
	out    *bufio.Writer
	opt    Options
	last   map[string]report.State // by key, the last state that was established
	errors []report.PathError      // to be printed at End
	ended  bool
}

// Watcher is the Printer of a watch as NDJSON.
type Watcher interface {
	Printer
	// Hello says who speaks, before anything else.
	Hello(report.Hello) error
	// Heartbeat says that the watch goes on.
	Heartbeat(report.Heartbeat) error
}

// NewWatch returns the printer of a watch.
func NewWatch(w io.Writer, opt Options) Watcher {
	return newNDJSON(bufio.NewWriterSize(w, 64<<10), opt)
}

func newNDJSON(out *bufio.Writer, opt Options) *ndjsonPrinter {
	return &ndjsonPrinter{out: out, opt: opt, last: map[string]report.State{}}
}

func (p *ndjsonPrinter) Hello(h report.Hello) error {
	p.line(report.Line{Hello: &h})
	return p.out.Flush()
}

func (p *ndjsonPrinter) Heartbeat(h report.Heartbeat) error {
	p.line(report.Line{Heartbeat: &h})
	return p.out.Flush()
}

func (p *ndjsonPrinter) Update(u report.Update) error {
	for _, c := range u.Changes {
		if c.Report.Checking {
			continue
		}
		key := c.Report.Key()
		from, known := p.last[key]
		p.last[key] = c.Report.Verdict.State
		// One that leaves the states that are shown is printed too. Otherwise the reader would take it
		// to be in them still.
		if !p.opt.shows(c.Report.Verdict.State) && !(known && p.opt.shows(from)) && !c.Report.IsHost() {
			continue
		}
		p.line(report.Line{Change: &report.Change{Report: c.Report, New: !known, From: from}, Seen: p.opt.Seen})
	}
	for i := range u.Handoffs {
		if p.opt.shows(report.Held) {
			p.line(report.Line{Handoff: &u.Handoffs[i]})
		}
	}
	for _, key := range u.Gone {
		_, path := report.SplitKey(key)
		if from, known := p.last[key]; known && (p.opt.shows(from) || path == "") {
			p.line(report.Line{Gone: key})
		}
		delete(p.last, key)
	}
	p.errors = append(p.errors, u.Errors...)
	if p.ended {
		p.flushErrors()
	}
	return p.out.Flush()
}

func (p *ndjsonPrinter) End(s report.Summary) error {
	p.flushErrors()
	p.ended = true
	p.line(report.Line{Summary: &s, Host: p.opt.Host})
	return p.out.Flush()
}

// flushErrors prints the errors that were kept.
func (p *ndjsonPrinter) flushErrors() {
	for i := range p.errors {
		p.line(report.Line{Error: &p.errors[i]})
	}
	p.errors = nil
}

// line prints a line. An error of the stream is returned by the next Flush.
func (p *ndjsonPrinter) line(l report.Line) {
	p.out.Write(l.Encode())
	p.out.WriteByte('\n')
}
