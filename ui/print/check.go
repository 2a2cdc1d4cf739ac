package print

import (
	"bufio"
	"fmt"
	"slices"

	"lockscope/scan/report"
)

// checkPrinter prints the summary alone, for a monitoring system's status line.
type checkPrinter struct {
	out    *bufio.Writer
	opt    Options
	unread bool // a root could not be read, whatever the states that count
}

func (p *checkPrinter) Update(u report.Update) error {
	p.unread = p.unread || slices.ContainsFunc(u.Errors, func(e report.PathError) bool { return e.Root })
	return nil
}

func (p *checkPrinter) End(s report.Summary) error {
	word := "ok"
	if p.unread || NeedsAttention(s, p.opt) {
		word = "attention"
	}
	hint := ""
	if s.Dirs == 0 && !p.opt.AllowEmpty {
		hint = " (a disk may not be mounted)"
	}
	fmt.Fprintf(p.out, "%s: %s%s\n", word, summaryText(s, p.opt), hint)
	return p.out.Flush()
}

// NeedsAttention reports whether a summary has anything to look after in the
// states that are asked for, or in any if none are. What could not be read counts as
// unknown: nobody can say that it is healthy. Nor is that all is well where there
// is nothing: a disk may not be mounted.
func NeedsAttention(s report.Summary, opt Options) bool {
	if s.Dirs == 0 && !opt.AllowEmpty {
		return true
	}
	for _, state := range report.States {
		n := s.States[state]
		if state == report.Unknown {
			n += s.Errors + s.Checking
		}
		if n > 0 && !state.Healthy() && opt.shows(state) {
			return true
		}
	}
	return false
}
