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

// Printer prints the results of a scan. It is not safe for concurrent use. Its errors are those of the
// stream.
type Printer interface {
	// Update takes the updates of a scan.Monitor, in order. Reports whose verdict does not stand are
	// left out: a later update brings the verdict.
	Update(u report.Update) error
	// End prints what is to be printed when every directory has been looked at. In a watch more
	// updates follow.
	End(s report.Summary) error
}

// Format is a way to print the results.
type Format string

const (
	Table  Format = "table"  // for people: one line a directory, the worst first
	JSON   Format = "json"   // one document, at the end
	NDJSON Format = "ndjson" // one object a line, each as soon as it is known
	Check  Format = "check"  // one line in all

	Prometheus Format = "prometheus" // metrics in its text format, at the end
)

// ParseFormat reads the name of a format that shows directories.
func ParseFormat(s string) (Format, error) {
	switch f := Format(s); f {
	case Table, JSON, NDJSON, Prometheus:
		return f, nil
	}
	return "", fmt.Errorf("unknown format %q (valid: table, json, ndjson, prometheus)", s)
}

// Options say what to print besides the results, and what of them.
type Options struct {
	Host    string
	Hosts   []string // that are watched; none = this one alone
	Roots   []string // as the Monitor was given them; none = each host has its own
	Seen    bool     // in NDJSON: also what a break of a stale lock from another host needs
	Started time.Time
	States  []report.State // only directories in these are shown; all if empty. The summary counts all.
	Color   bool           // state words in colour, in a table
	Width   int            // of the terminal that a table is for, in cells; 0 = no line is too long
	ASCII   bool           // in what is for people, spell out what is not ASCII

	// How a table is arranged. The zero values are the worst first, and all columns.
	Sort    show.Column
	Reverse bool
	Hidden  show.Columns
	Filter  string // as it is typed on the screen

	AllowEmpty bool // for Check: that there is no data directory at all is fine

	Version        string // of this program, for Prometheus
	ProblemMetrics int    // for how many directories in trouble Prometheus gets a series each: MaxProblemMetrics at most
}

// New returns the printer for a format.
func New(w io.Writer, f Format, opt Options) Printer {
	out := bufio.NewWriterSize(w, 64<<10)
	switch f {
	case JSON:
		return &jsonPrinter{out: out, opt: opt}
	case NDJSON:
		return newNDJSON(out, opt)
	case Check:
		return &checkPrinter{out: out, opt: opt}
	case Prometheus:
		return &prometheusPrinter{out: out, metrics: NewMetrics(opt, false)}
	}
	return &tablePrinter{out: out, opt: opt}
}

// shows reports whether directories in state s are to be shown.
func (o Options) shows(s report.State) bool {
	return len(o.States) == 0 || slices.Contains(o.States, s)
}

// belowRoots says within a sentence where the directories are.
func (o Options) belowRoots(s report.Summary) string {
	var where []string
	switch roots := o.rootsOf(s); {
	case len(roots) == 1:
		where = append(where, "below "+o.escape(roots[0]))
	case len(roots) > 1 || len(o.Hosts) == 0:
		where = append(where, fmt.Sprintf("below %d roots", len(roots)))
	}
	if len(o.Hosts) > 0 {
		where = append(where, "on "+show.Counted(len(o.Hosts), "host", "hosts"))
	}
	return strings.Join(where, " ")
}

// rootsOf are the roots of a scan. Where each host has its own, it has told them.
func (o Options) rootsOf(s report.Summary) []string {
	if len(o.Roots) > 0 {
		return o.Roots
	}
	return slices.Compact(slices.Sorted(func(yield func(string) bool) {
		for _, roots := range s.Roots {
			for _, root := range roots {
				if !yield(root) {
					return
				}
			}
		}
	}))
}

// displayPath returns a report's path for people: relative to the root if there is only one. It is escaped.
func (o Options) displayPath(r *report.Report) string {
	path := r.Path
	if len(o.Roots) == 1 {
		if rel, err := filepath.Rel(r.Root, r.Path); err == nil {
			path = rel
		}
	}
	return o.escape(path)
}

// escape returns a text from outside as it is printed for people.
func (o Options) escape(text string) string {
	text = report.Escape(text)
	if o.ASCII {
		text = show.ASCIIOnly(text)
	}
	return text
}

// reports are those that a format prints at the end, sorted.
type reports []*report.Report

func (c *reports) add(changes []report.Change, opt Options) {
	for _, ch := range changes {
		if !ch.Report.Checking && (opt.shows(ch.Report.Verdict.State) || ch.Report.IsHost()) {
			*c = append(*c, ch.Report)
		}
	}
}

// notSeen is in how many directories somebody holds the lock who cannot be seen from here.
func (c reports) notSeen() (n int) {
	for _, r := range c {
		if r.Verdict.Reasons.Has(report.HolderNotVisible) {
			n++
		}
	}
	return n
}

// sort puts the worst first, and those of one state in order of their paths.
func (c reports) sort() {
	slices.SortFunc(c, func(a, b *report.Report) int {
		return cmp.Or(a.Verdict.State.Severity()-b.Verdict.State.Severity(), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Host, b.Host))
	})
}

// summaryText returns a summary in words: "12,408 directories below /srv: 2 split, 11,926 held, 480 free; 1 error; 0.4s".
func summaryText(s report.Summary, opt Options) string {
	var b strings.Builder
	switch s.Dirs {
	case 0:
		b.WriteString("no data directories " + opt.belowRoots(s))
	case 1:
		b.WriteString("1 directory " + opt.belowRoots(s))
	default:
		b.WriteString(show.Count(s.Dirs) + " directories " + opt.belowRoots(s))
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
	if s.Lost > 0 {
		b.WriteString("; " + show.LostHosts(s.Lost))
	}
	fmt.Fprintf(&b, "; %.1fs", s.Duration.Seconds())
	return b.String()
}
