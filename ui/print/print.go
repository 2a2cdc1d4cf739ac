package print

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"lockscope/scan/report"
	"lockscope/ui/show"
)

// Printer writes the results of a scan. It is fed the updates of a scan.Monitor in order, never
// concurrently. What it returns is the error of the stream.
type Printer interface {
	// Update takes what a Monitor found. Reports that await their second look
	// are left for the update that brings it.
	Update(u report.Update) error
	// End completes the output once every directory has been looked at.
	End(s report.Summary) error
}

// Format is a way to print the results.
type Format string

const (
	Table  Format = "table"  // for people: one line a directory, the worst first
	JSON   Format = "json"   // one document, at the end
	NDJSON Format = "ndjson" // one object a line, each as soon as it is known
	Check  Format = "check"  // one line in all
)

// ParseFormat reads the name of a format that shows directories.
func ParseFormat(s string) (Format, error) {
	switch f := Format(s); f {
	case Table, JSON, NDJSON:
		return f, nil
	}
	return "", fmt.Errorf("unknown format %q (valid: table, json, ndjson)", s)
}

// Options say what to print besides the results, and what of them.
type Options struct {
	Host    string
	Roots   []string // as the Monitor was given them
	Started time.Time
	States  []report.State // only directories in these are shown; all if empty. What is counted stays the whole.
	Color   bool           // state words in colour, in a table
	Width   int            // of the terminal that a table is for, in cells; 0 = no line is too long
	ASCII   bool           // spell out all else, in a table and in a line for people

	AllowEmpty bool // no data directory at all is nothing to look after, for Check
}

// New returns the printer for a format.
func New(w io.Writer, f Format, opt Options) Printer {
	out := bufio.NewWriterSize(w, 64<<10)
	switch f {
	case JSON:
		return &jsonPrinter{out: out, opt: opt}
	case NDJSON:
		return &ndjsonPrinter{out: out, opt: opt, last: map[string]report.State{}}
	case Check:
		return &checkPrinter{out: out, opt: opt}
	}
	return &tablePrinter{out: out, opt: opt}
}

// shows reports whether directories in state s are to be shown.
func (o Options) shows(s report.State) bool {
	return len(o.States) == 0 || slices.Contains(o.States, s)
}

// below names the roots within a sentence.
func (o Options) below() string {
	if len(o.Roots) == 1 {
		return "below " + o.escape(o.Roots[0])
	}
	return fmt.Sprintf("below %d roots", len(o.Roots))
}

// place is a report's path as people read it: below the root where there is but one.
func (o Options) place(r *report.Report) string {
	path := r.Path
	if len(o.Roots) == 1 {
		if rel, err := filepath.Rel(r.Root, r.Path); err == nil {
			path = rel
		}
	}
	return o.escape(path)
}

// escape is a text from outside as it is printed for people.
func (o Options) escape(text string) string {
	text = report.Escape(text)
	if o.ASCII {
		text = show.ASCIIOnly(text)
	}
	return text
}

// collected gathers the reports of a format that prints them sorted.
type collected []*report.Report

func (c *collected) add(changes []report.Change, opt Options) {
	for _, ch := range changes {
		if !ch.Report.Checking && opt.shows(ch.Report.Verdict.State) {
			*c = append(*c, ch.Report)
		}
	}
}

// sort puts the worst first, and equals in order of their paths.
func (c collected) sort() {
	slices.SortFunc(c, func(a, b *report.Report) int {
		return cmp.Or(a.Verdict.State.Severity()-b.Verdict.State.Severity(), cmp.Compare(a.Path, b.Path))
	})
}

// summaryText is a summary in words: "12,408 directories below /srv: 2 split, 11,926 held, 480 free; 1 error; 0.4s".
func summaryText(s report.Summary, opt Options) string {
	var b strings.Builder
	switch s.Dirs {
	case 0:
		b.WriteString("no data directories " + opt.below())
	case 1:
		b.WriteString("1 directory " + opt.below())
	default:
		b.WriteString(show.Count(s.Dirs) + " directories " + opt.below())
	}
	sep := ": "
	for _, state := range report.States {
		if n := s.States[state]; n > 0 {
			b.WriteString(sep + show.Count(n) + " " + state.String())
			sep = ", "
		}
	}
	if s.Checking > 0 {
		b.WriteString(sep + show.Count(s.Checking) + " checking")
	}
	if s.Errors == 1 {
		b.WriteString("; 1 error")
	} else if s.Errors > 0 {
		b.WriteString("; " + show.Count(s.Errors) + " errors")
	}
	fmt.Fprintf(&b, "; %.1fs", s.Duration.Seconds())
	return b.String()
}
