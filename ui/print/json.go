package print

import (
	"bufio"
	"time"

	"lockscope/scan/report"
)

// jsonPrinter prints one document at the end, its directories in the order of
// the table and each on a line of its own.
type jsonPrinter struct {
	out    *bufio.Writer
	opt    Options
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
		roots[i], _ = report.JSONText(r)
	}
	// Object by object, so that a large host's document is never in memory whole.
	p.value(`{"host":`, p.opt.Host)
	p.value(`,"started":`, p.opt.Started.UTC().Truncate(time.Millisecond))
	p.value(`,"roots":`, roots)
	p.object(`,"summary":`, report.Line{Summary: &s, Host: p.opt.Host})
	p.out.WriteString(`,"dirs":[`)
	for i, r := range p.dirs {
		p.object(separator(i), report.Line{Change: &report.Change{Report: r, New: true}})
	}
	p.out.WriteString(`],"errors":[`)
	for i := range p.errors {
		p.object(separator(i), report.Line{Error: &p.errors[i]})
	}
	p.out.WriteString("]}\n")
	return p.out.Flush()
}

// value writes a value and what is before it. The stream's error shows at its Flush.
func (p *jsonPrinter) value(before string, v any) {
	p.out.WriteString(before)
	p.out.Write(report.EncodeJSON(v))
}

// object writes an object and what is before it.
func (p *jsonPrinter) object(before string, l report.Line) {
	p.out.WriteString(before)
	p.out.Write(l.Encode())
}

// separator comes before the i'th object of an array, and puts it on a line of its own.
func separator(i int) string {
	if i > 0 {
		return ",\n"
	}
	return "\n"
}
