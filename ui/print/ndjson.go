package print

import (
	"bufio"

	"lockscope/scan/report"
)

// ndjsonPrinter prints an object a line: every directory as soon as its state is
// established, at the end of the scan the errors and the summary, and what
// changes after that.
type ndjsonPrinter struct {
	out    *bufio.Writer
	opt    Options
	last   map[string]report.State // by path, the last state that was established
	errors []report.PathError      // to be printed at End
	ended  bool
}

func (p *ndjsonPrinter) Update(u report.Update) error {
	for _, c := range u.Changes {
		if c.Report.Checking {
			continue
		}
		from, known := p.last[c.Report.Path]
		p.last[c.Report.Path] = c.Report.Verdict.State
		// One that leaves the states that are shown is printed too. Otherwise the reader would take it
		// to be in them still.
		if !p.opt.shows(c.Report.Verdict.State) && !(known && p.opt.shows(from)) {
			continue
		}
		p.line(report.Line{Change: &report.Change{Report: c.Report, New: !known, From: from}})
	}
	for i := range u.Handoffs {
		if p.opt.shows(report.Held) {
			p.line(report.Line{Handoff: &u.Handoffs[i]})
		}
	}
	for _, path := range u.Gone {
		if from, known := p.last[path]; known && p.opt.shows(from) {
			p.line(report.Line{Gone: path})
		}
		delete(p.last, path)
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
