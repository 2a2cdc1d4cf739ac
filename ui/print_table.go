package ui

import (
	"bufio"
	"fmt"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"

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
		width := tableWidths(p.rows, p.opt)
		writeRow(p.out, tableHeader, width, "")
		for _, r := range p.rows {
			color := ""
			if p.opt.Color {
				color = stateColors[r.Verdict.State]
			}
			writeRow(p.out, printedCells(r, p.opt), width, color)
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
	return []string{r.Verdict.State.String(), opt.place(r), printedPidfile(r), printedHolders(r), printedCommand(r), since}
}

// tableWidths are the widths of the columns in terminal cells.
func tableWidths(rows []*scan.Report, opt PrintOptions) []int {
	width := make([]int, len(tableHeader))
	for i, h := range tableHeader {
		width[i] = len(h)
	}
	for _, r := range rows {
		for i, cell := range printedCells(r, opt) {
			width[i] = max(width[i], ansi.StringWidth(cell))
		}
	}
	width[1] = min(width[1], maxDirectory)
	return width
}

// writeRow writes one line; color, if any, is for the first cell's text.
func writeRow(out *bufio.Writer, cells []string, width []int, color string) {
	for i, cell := range cells {
		pad := strings.Repeat(" ", max(0, width[i]-ansi.StringWidth(cell)))
		if i == 0 && color != "" {
			cell = color + cell + "\x1b[m"
		}
		if i > 0 {
			out.WriteString("  ")
		}
		if i < len(tableRight) && tableRight[i] {
			out.WriteString(pad + cell)
		} else {
			out.WriteString(cell + pad)
		}
	}
	out.WriteByte('\n')
}

// printedPidfile is what the pidfile says: a PID, nothing, or "?" where it cannot be told.
func printedPidfile(r *scan.Report) string {
	switch p := r.Evidence.Pidfile; p.State {
	case lock.PidfileNamed:
		return strconv.Itoa(p.PID)
	case lock.PidfileMissing:
		return "-"
	}
	return "?"
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
func printedCommand(r *scan.Report) string {
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
	return ansi.Truncate(scan.Escape(who.Command), maxCommand, "...")
}

// stateColors are of the 16 that every terminal theme keeps legible.
var stateColors = map[scan.State]string{
	scan.Split: "\x1b[1;31m", scan.Unguarded: "\x1b[1;31m",
	scan.Orphaned: "\x1b[31m", scan.Mismatch: "\x1b[31m", scan.Unnamed: "\x1b[31m",
	scan.Stale: "\x1b[33m", scan.Unknown: "\x1b[35m", scan.Held: "\x1b[32m",
}
