package print

import (
	"bufio"
	"fmt"
	"io"

	"lockscope/scan/report"
	"lockscope/ui/show"
)

// BreakPrinter prints the outcome of each attempt to break a stale lock, one line each: for people, or with
// NDJSON as an object. It is not safe for concurrent use. Its errors are those of the stream.
type BreakPrinter struct {
	out  *bufio.Writer
	json bool
}

// NewBreakPrinter returns a BreakPrinter. Formats other than NDJSON are for people.
func NewBreakPrinter(w io.Writer, f Format) *BreakPrinter {
	return &BreakPrinter{out: bufio.NewWriter(w), json: f == NDJSON}
}

// Print prints the outcome of an attempt on the directory of r, at once.
func (p *BreakPrinter) Print(r *report.Report, a report.Attempt) error {
	if p.json {
		p.out.Write(report.EncodeBreak(r, a))
		p.out.WriteByte('\n')
		return p.out.Flush()
	}
	text := show.AttemptText(&a)
	switch a.Outcome {
	case report.Refused, report.Failed:
		text = a.Outcome.String() + ": " + text
	}
	fmt.Fprintf(p.out, "%s: %s\n", report.Escape(r.Key()), text)
	return p.out.Flush()
}
