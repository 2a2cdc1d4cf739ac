package ui

import (
	"bufio"
	"strconv"
	"strings"

	"charm.land/lipgloss/v2"

	"lockscope/lock"
	"lockscope/scan/report"
)

// Where lines may be of any length, a cell wider than its column's limit moves only the
// rest of its own row: one tenant's very long path does not push every line off the
// screen. Commands are cut there, paths never: they are there to be copied. On a
// terminal, where a line that is too long becomes two, paths are cut too, in the middle.
const (
	maxDirectory = 80
	maxCommand   = 40
	maxHolders   = 3 // listed by number; of more, only how many
	printedMark  = "..."
)

var tableHeader = []string{"STATE", "DIRECTORY", "PIDFILE", "HOLDER", "COMMAND", "SINCE"}

// tableRight tells which columns are aligned to the right.
var tableRight = [...]bool{columnPidfile: true, columnSince: true}

// tablePrinter prints a line for each directory, the worst first, and a summary below.
type tablePrinter struct {
	out  *bufio.Writer
	opt  PrintOptions
	rows collected
}

func (p *tablePrinter) Update(u report.Update) error {
	p.rows.add(u.Changes, p.opt)
	return nil
}

func (p *tablePrinter) End(s report.Summary) error {
	p.rows.sort()
	if len(p.rows) > 0 {
		colors := newTheme(true)
		widths := printedWidths(p.rows, p.opt)
		p.writeRow(tableHeader, widths, lipgloss.NewStyle())
		for _, r := range p.rows {
			p.writeRow(printedCells(r, p.opt), widths, colors.class[classOf(r)])
		}
		p.out.WriteByte('\n')
	}
	summary := summaryText(s, p.opt)
	if len(p.opt.States) > 0 {
		summary += "; " + count(len(p.rows)) + " shown"
	}
	lines := []string{summary}
	if p.opt.Width > 0 {
		lines = wrap(summary, p.opt.Width)
	}
	for _, line := range lines {
		p.out.WriteString(line + "\n")
	}
	return p.out.Flush()
}

// printedCells are a report's texts under tableHeader, escaped.
func printedCells(r *report.Report, opt PrintOptions) []string {
	since := "-"
	if t := r.Since(); !t.IsZero() {
		since = age(r.Observed.Sub(t))
	}
	return []string{r.Verdict.State.String(), opt.place(r), printedPidfile(r), printedHolders(r), printedCommand(r, opt), since}
}

// printedWidths are the widths of the columns in terminal cells.
func printedWidths(rows []*report.Report, opt PrintOptions) []int {
	widths := make([]int, len(tableHeader))
	for i, h := range tableHeader {
		widths[i] = len(h)
	}
	for _, r := range rows {
		for i, cell := range printedCells(r, opt) {
			widths[i] = max(widths[i], width(cell))
		}
	}
	if opt.Width > 0 {
		return fitColumns(widths, opt.Width)
	}
	widths[columnDirectory] = min(widths[columnDirectory], maxDirectory)
	return widths
}

// writeRow writes a line of the table, with its state in a style.
func (p *tablePrinter) writeRow(cells []string, widths []int, state lipgloss.Style) {
	var b strings.Builder
	for i, cell := range cells {
		if widths[i] == 0 {
			continue
		}
		if p.opt.Width > 0 {
			cut := shorten
			if i == columnDirectory {
				cut = shortenMiddle
			}
			cell = cut(cell, widths[i], printedMark)
		}
		fill := pad
		if tableRight[i] {
			fill = padLeft
		}
		cell = fill(cell, widths[i])
		if i == columnState && p.opt.Color {
			cell = state.Render(cell)
		}
		if i > 0 {
			b.WriteString(strings.Repeat(" ", printedGap))
		}
		b.WriteString(cell)
	}
	line := strings.TrimRight(b.String(), " ")
	if p.opt.Width > 0 { // else a terminal may be narrower than the state
		line = shorten(line, p.opt.Width, "")
	}
	p.out.WriteString(line + "\n")
}

// printedPidfile is the PID the pidfile names, or else the word that the JSON has for it.
func printedPidfile(r *report.Report) string {
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
func printedHolders(r *report.Report) string {
	pids := make([]string, 0, maxHolders+1)
	last, more := 0, 0
	for _, h := range r.Evidence.Holders { // in order of PID, once for each descriptor
		switch {
		case h.Process.PID == last:
		case len(pids) < maxHolders:
			pids = append(pids, strconv.Itoa(h.Process.PID))
		default:
			more++
		}
		last = h.Process.PID
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

// printedCommand is the command line that a row shows.
func printedCommand(r *report.Report, opt PrintOptions) string {
	text := command(r)
	if text == "" {
		return "-"
	}
	most := maxCommand
	if opt.Width > 0 {
		most = opt.Width
	}
	return shorten(opt.escape(firstBytes(text, 4*most)), most, printedMark)
}
