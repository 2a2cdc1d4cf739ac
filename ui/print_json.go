package ui

import (
	"bufio"
	"time"

	"lockscope/scan/report"
)

// jsonPrinter prints one document at the end, its directories in the order of
// the table and each on a line of its own.
type jsonPrinter struct {
	out    *bufio.Writer
	opt    PrintOptions
	dirs   collected
	errors []report.PathError
}

func (p *jsonPrinter) Update(u report.Update) error {
	p.dirs.add(u.Changes, p.opt)
	p.errors = append(p.errors, u.Errors...)
	return nil
}

func (p *jsonPrinter) End(s report.Summary) error {
	p.dirs.sort()
	roots := make([]string, len(p.opt.Roots))
	for i, r := range p.opt.Roots {
		roots[i], _ = textOf(r)
	}
	// Object by object, so that a large host's document is never in memory whole.
	e := jsonWriter{out: p.out}
	e.raw(`{"host":`)
	e.value(p.opt.Host)
	e.raw(`,"started":`)
	e.value(p.opt.Started.UTC().Truncate(time.Millisecond))
	e.raw(`,"roots":`)
	e.value(roots)
	e.raw(`,"summary":`)
	e.value(newSummaryJSON(s, p.opt.Host))
	e.raw(`,"dirs":[`)
	for i, r := range p.dirs {
		e.separate(i)
		e.value(newDirJSON(r))
	}
	e.raw(`],"errors":[`)
	for i, err := range p.errors {
		e.separate(i)
		e.value(newErrorJSON(err))
	}
	e.raw("]}\n")
	return p.out.Flush()
}
