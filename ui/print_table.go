package ui

import (
	"bufio"
	"fmt"
	"strconv"
	"strings"

	"lockscope/lock"
	"lockscope/scan"
)

// A cell wider than its column's limit moves only the rest of its own row: one
// tenant's very long path does not push every line off the screen. Commands are
// cut there, paths never: they are there to be copied.
const (
	maxDirectory = 80
	maxCommand   = 40
	maxHolders   = 3 // listed by number; of more, only how many
)

var tableHeader = []string{"STATE", "DIRECTORY", "PIDFILE", "HOLDER", "COMMAND", "SINCE"}

// tableRight tells which columns are aligned to the right.
var tableRight = []bool{2: true, 5: true}

// tablePrinter prints a line for each directory, the worst first, and a summary below.
type tablePrinter struct {
	out  *bufio.Writer
	opt  PrintOptions
	rows collected
}

func (p *tablePrinter) Update(u scan.Update) error {
	p.rows.add(u.Changes, p.opt)
	return nil
}

func (p *tablePrinter) End(s scan.Summary) error {
	p.rows.sort()
	if len(p.rows) > 0 {
		colors := newTheme(true)
		widths := printedWidths(p.rows, p.opt)
		writeRow(p.out, tableHeader, widths)
		for _, r := range p.rows {
			cells := printedCells(r, p.opt)
			cells[0] = pad(cells[0], widths[0])
			if p.opt.Color {
				cells[0] = colors.class[classOf(r)].Render(cells[0])
			}
			writeRow(p.out, cells, widths)
		}
		p.out.WriteByte('\n')
	}
	p.out.WriteString(summaryText(s, p.opt))
	if len(p.opt.States) > 0 {
		fmt.Fprintf(p.out, "; %s shown", count(len(p.rows)))
	}
	p.out.WriteByte('\n')
	return p.out.Flush()
}

// printedCells are a report's texts under tableHeader, escaped.
func printedCells(r *scan.Report, opt PrintOptions) []string {
	since := "-"
	if t := r.Since(); !t.IsZero() {
		since = age(r.Observed.Sub(t))
	}
	return []string{r.Verdict.State.String(), opt.place(r), printedPidfile(r), printedHolders(r), printedCommand(r, opt), since}
}

// printedWidths are the widths of the columns in terminal cells.
func printedWidths(rows []*scan.Report, opt PrintOptions) []int {
	widths := make([]int, len(tableHeader))
	for i, h := range tableHeader {
		widths[i] = len(h)
	}
	for _, r := range rows {
		for i, cell := range printedCells(r, opt) {
			widths[i] = max(widths[i], width(cell))
		}
	}
	widths[1] = min(widths[1], maxDirectory)
	return widths
}

func writeRow(out *bufio.Writer, cells []string, widths []int) {
	for i, cell := range cells {
		fill := pad
		if i < len(tableRight) && tableRight[i] {
			fill = padLeft
		}
		if i > 0 {
			out.WriteString("  ")
		}
		out.WriteString(fill(cell, widths[i]))
	}
	out.WriteByte('\n')
}

// printedPidfile is the PID the pidfile names, or else the word that the JSON has for it.
func printedPidfile(r *scan.Report) string {
	switch p := r.Evidence.Pidfile; {
	case p.State == lock.PidfileNamed:
		return strconv.Itoa(p.PID)
	case p.State == lock.PidfileMissing:
		return "-"
	case p.State == lock.PidfileUnreadable && p.Err == nil:
		return "?" // nobody came to look at it
	default:
		return p.State.String()
	}
}

// printedHolders lists who holds the lock: nobody, or "?" for a holder that cannot be seen.
func printedHolders(r *scan.Report) string {
	pids := make([]string, 0, maxHolders+1)
	last, more := 0, 0
	for _, h := range r.Evidence.Holders { // in order of PID, once for each descriptor
		switch {
		case h.PID == last:
		case len(pids) < maxHolders:
			pids = append(pids, strconv.Itoa(h.PID))
		default:
			more++
		}
		last = h.PID
	}
	if more > 0 {
		pids = append(pids, "+"+strconv.Itoa(more))
	}
	switch {
	case len(pids) > 0:
		return strings.Join(pids, ",")
	case r.Evidence.Lock.State == lock.LockHeld:
		return "?"
	}
	return "-"
}

// printedCommand is the command line of the process that matters: the holder whom the
// pidfile names, else the first holder, else a live process it names.
func printedCommand(r *scan.Report, opt PrintOptions) string {
	var who *scan.Process
	for _, h := range r.Evidence.Holders {
		if who == nil || h.PID == r.Evidence.Pidfile.PID {
			who = h.Process
		}
	}
	if who == nil && r.Evidence.Process == lock.ProcessAlive {
		who = r.Evidence.Owner
	}
	if who == nil || who.Command == "" {
		return "-"
	}
	return shorten(opt.escape(firstBytes(who.Command, 4*maxCommand)), maxCommand, "...")
}
