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
	dirs   reports
	errors []report.PathError
}

func (p *jsonPrinter) Update(u report.Update) error {
	p.dirs.add(u.Changes, p.opt)
	p.errors = append(p.errors, u.Errors...)
	return nil
}

// End prints the document. Hosts that were lost are among the errors.
func (p *jsonPrinter) End(s report.Summary) error {
	p.dirs.sort()
	roots := []string{}
	for _, r := range p.opt.rootsOf(s) {
		text, _ := report.JSONText(r)
		roots = append(roots, text)
	}
	// It is written object by object: the whole text of many directories would need much memory.
	p.value(`{"host":`, p.opt.Host)
	p.value(`,"started":`, p.opt.Started.UTC().Truncate(time.Millisecond))
	p.value(`,"roots":`, roots)
	if len(p.opt.Hosts) > 0 {
		p.value(`,"hosts":`, p.opt.Hosts)
	}
	p.object(`,"summary":`, report.Line{Summary: &s, Host: p.opt.Host})
	p.out.WriteString(`,"dirs":[`)
	var lost reports // hosts, which are no directories
	dirs := 0
	for _, r := range p.dirs {
		if r.IsHost() {
			lost = append(lost, r)
			continue
		}
		p.object(separator(dirs), report.Line{Change: &report.Change{Report: r, New: true}})
		dirs++
	}
	p.out.WriteString(`],"errors":[`)
	for i, r := range lost {
		p.object(separator(i), report.Line{Change: &report.Change{Report: r}})
	}
	for i := range p.errors {
		p.object(separator(len(lost)+i), report.Line{Error: &p.errors[i]})
	}
	p.out.WriteString("]}\n")
	return p.out.Flush()
}

// value prints a value, and before it this text. An error of the stream is returned by the next Flush.
func (p *jsonPrinter) value(before string, v any) {
	p.out.WriteString(before)
	p.out.Write(report.EncodeJSON(v))
}

// object prints an object, and before it this text.
func (p *jsonPrinter) object(before string, l report.Line) {
	p.out.WriteString(before)
	p.out.Write(l.Encode())
}

// separator returns what is before the i'th object of an array, which is on a line of its own.
func separator(i int) string {
	if i > 0 {
		return ",\n"
	}
	return "\n"
}
