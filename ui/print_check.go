package ui

import (
	"bufio"
	"fmt"

	"lockscope/scan"
)

// checkPrinter prints the summary alone, for a monitoring system's status line.
type checkPrinter struct {
	out *bufio.Writer
	opt PrintOptions
}

func (p *checkPrinter) Update(scan.Update) error { return nil }

func (p *checkPrinter) End(s scan.Summary) error {
	word := "ok"
	if NeedsAttention(s, p.opt.States) {
		word = "attention"
	}
	fmt.Fprintf(p.out, "%s: %s\n", word, summaryText(s, p.opt))
	return p.out.Flush()
}

// NeedsAttention reports whether a summary has anything to look after in these
// states, or in any if none are named. What could not be read counts as unknown:
// nobody can say that it is healthy.
func NeedsAttention(s scan.Summary, states []scan.State) bool {
	opt := PrintOptions{States: states}
	for _, state := range scan.States {
		n := s.States[state]
		if state == scan.Unknown {
			n += s.Errors + s.Checking
		}
		if n > 0 && !state.Healthy() && opt.shows(state) {
			return true
		}
	}
	return false
}
