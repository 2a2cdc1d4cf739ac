package ui

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"lockscope/lock"
	"lockscope/scan"
)

// BreakPrinter prints what became of each attempt to break a stale lock, one
// line each: for people, or with NDJSON as objects. A write error is returned at once.
type BreakPrinter struct {
	out   *bufio.Writer
	json  bool
	names lock.Names
}

// NewBreakPrinter returns a BreakPrinter. names are those of the files.
func NewBreakPrinter(w io.Writer, f Format, names lock.Names) *BreakPrinter {
	return &BreakPrinter{out: bufio.NewWriter(w), json: f == NDJSON, names: names}
}

type breakJSON struct {
	Type      string   `json:"type"`
	Path      string   `json:"path"`
	PathBytes []byte   `json:"path_bytes,omitempty"`
	Outcome   string   `json:"outcome"`          // removed, would-remove, refused or failed
	Reason    string   `json:"reason,omitempty"` // of a refusal: a fixed code
	Error     string   `json:"error,omitempty"`
	Files     []string `json:"files"`
	Summary   string   `json:"summary"` // the evidence in a sentence
}

// Would prints what a break would remove.
func (p *BreakPrinter) Would(r *scan.Report) error {
	return p.line(r, breakJSON{Outcome: "would-remove", Files: p.names.Leftovers(r.Evidence.Evidence)})
}

// Done prints what a break came to, as scan.Breaker returned it.
func (p *BreakPrinter) Done(r *scan.Report, removed []string, err error) error {
	b := breakJSON{Outcome: "removed", Files: removed}
	var refused *lock.RefusedError
	switch {
	case err == nil:
	case errors.As(err, &refused) && refused.Reason != lock.RefusedUnknown:
		b.Outcome, b.Reason, b.Error = "refused", refused.Reason.String(), refused.Why()
		if len(removed) > 0 {
			b.Outcome = "failed"
		}
	default:
		b.Outcome, b.Error = "failed", err.Error()
	}
	return p.line(r, b)
}

func (p *BreakPrinter) line(r *scan.Report, b breakJSON) error {
	if p.json {
		b.Type = "break"
		b.Path, b.PathBytes = textOf(r.Path)
		b.Error, _ = textOf(b.Error)
		b.Summary, _ = r.Explain()
		b.Files = append([]string{}, b.Files...) // an array also where there are none
		jsonWriter{p.out}.line(b)
		return p.out.Flush()
	}
	what := strings.ReplaceAll(b.Outcome, "-", " ")
	switch {
	case b.Error == "":
		what += " " + escapeList(b.Files)
	case len(b.Files) > 0:
		what += ": removed " + escapeList(b.Files) + ", but: " + scan.Escape(b.Error)
	default:
		what += ": " + scan.Escape(b.Error)
	}
	fmt.Fprintf(p.out, "%s: %s\n", scan.Escape(r.Path), what)
	return p.out.Flush()
}
