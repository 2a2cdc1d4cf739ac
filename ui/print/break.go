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

// breakJSON is what NDJSON has of an attempt.
type breakJSON struct {
	Type      string   `json:"type"`
	Path      string   `json:"path"`
	PathBytes []byte   `json:"path_bytes,omitempty"`
	Outcome   string   `json:"outcome"`          // a repair.Outcome
	Reason    string   `json:"reason,omitempty"` // of a refusal: a fixed code
	Error     string   `json:"error,omitempty"`
	Files     []string `json:"files"`
	Summary   string   `json:"summary"` // the evidence in a sentence
}

// Print prints the outcome of an attempt on the directory of r, at once.
func (p *BreakPrinter) Print(r *report.Report, a report.Attempt) error {
	if p.json {
		b := breakJSON{Type: "break", Outcome: a.Outcome.String(), Reason: a.Reason()}
		b.Path, b.PathBytes = report.JSONText(r.Path)
		b.Error, _ = report.JSONText(a.Why())
		b.Summary, _ = r.Explain()
		b.Files = append([]string{}, a.Files...) // an array also where there are none
		p.out.Write(report.EncodeJSON(b))
		p.out.WriteByte('\n')
		return p.out.Flush()
	}
	text := show.AttemptText(&a)
	switch a.Outcome {
	case report.Refused, report.Failed:
		text = a.Outcome.String() + ": " + text
	}
	fmt.Fprintf(p.out, "%s: %s\n", report.Escape(r.Path), text)
	return p.out.Flush()
}
