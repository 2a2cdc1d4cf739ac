package print

import (
	"bufio"
	"fmt"
	"slices"

	"lockscope/scan/report"
)

// checkPrinter prints the summary alone, for a monitoring system's status line.
type checkPrinter struct {
	out        *bufio.Writer
	opt        Options
	rootFailed bool // a root could not be read: that needs attention, whatever Options.States is
}

func (p *checkPrinter) Update(u report.Update) error {
	p.rootFailed = p.rootFailed || slices.ContainsFunc(u.Errors, func(e report.PathError) bool { return e.Root })
	return nil
}

func (p *checkPrinter) End(s report.Summary) error {
	word := "ok"
	if p.rootFailed || NeedsAttention(s, p.opt) {
		word = "attention"
	}
	hint := ""
	if s.Dirs == 0 && s.Lost == 0 && !p.opt.AllowEmpty { // what a lost host has is not known
		hint = " (a disk may not be mounted)"
	}
	fmt.Fprintf(p.out, "%s: %s%s\n", word, summaryText(s, p.opt), hint)
	return p.out.Flush()
}

// NeedsAttention reports whether a summary has a directory that needs attention, in the states of
// Options.States. What could not be read counts as unknown: nobody can say that it is healthy. Where
// there is no directory at all, that needs attention too, since a disk may not be mounted.
func NeedsAttention(s report.Summary, opt Options) bool {
	if s.Dirs == 0 && !opt.AllowEmpty {
		return true
	}
	for _, state := range report.States {
		n := s.States[state]
		if state == report.Unknown {
			n += s.Errors + s.Checking + s.Lost
		}
		if n > 0 && !state.Healthy() && opt.shows(state) {
			return true
		}
	}
	return false
}
