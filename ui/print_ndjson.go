package ui

import (
	"bufio"

	"lockscope/scan"
)

// ndjsonPrinter prints an object a line: at the end of the first scan every directory in
// the order they were found, the errors and the summary; then what changes.
type ndjsonPrinter struct {
	out   *bufio.Writer
	opt   PrintOptions
	found collected             // until End
	last  map[string]scan.State // by path, as of the last report after that; nil until End
}

func (p *ndjsonPrinter) Update(u scan.Update) error {
	if p.last == nil {
		p.found.add(u)
		return nil
	}
	e := jsonWriter{out: p.out}
	for _, c := range u.Changes {
		if !c.Checking {
			p.report(e, c.Report)
		}
	}
	for _, path := range u.Gone {
		if from, known := p.last[path]; known && p.opt.shows(from) {
			e.line(newGoneJSON(path))
		}
		delete(p.last, path)
	}
	for _, err := range u.Errors {
		e.line(newErrorJSON(err))
	}
	return p.out.Flush()
}

func (p *ndjsonPrinter) End(s scan.Summary) error {
	e := jsonWriter{out: p.out}
	p.last = map[string]scan.State{}
	for _, r := range p.found.all() {
		p.report(e, r)
	}
	for _, err := range p.found.errors {
		e.line(newErrorJSON(err))
	}
	p.found = collected{}
	e.line(newSummaryJSON(s, p.opt.Host))
	return p.out.Flush()
}

// report writes a directory that is new, or its change.
func (p *ndjsonPrinter) report(e jsonWriter, r *scan.Report) {
	from, known := p.last[r.Path]
	p.last[r.Path] = r.Verdict.State
	// What leaves the states that are shown is told as well: else it would seem to be in them still.
	if !p.opt.shows(r.Verdict.State) && !(known && p.opt.shows(from)) {
		return
	}
	line := newDirJSON(r)
	if known {
		line.Type, line.From = "change", from.String()
	}
	e.line(line)
}
