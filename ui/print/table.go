package print

import (
	"bufio"
	"strings"
	"time"

	"lockscope/scan/report"
	"lockscope/ui/list"
	"lockscope/ui/show"
)

const (
	cutMark = "..." // at the place where a text was cut
	dash    = "-"   // in a cell that has nothing to say
)

// tableRight tells which columns are aligned to the right.
var tableRight = [show.ColumnCount]bool{show.ColumnPidfile: true, show.ColumnSince: true}

// tablePrinter prints a line for each directory, the worst first, and a summary below.
type tablePrinter struct {
	out  *bufio.Writer
	opt  Options
	rows reports
}

func (p *tablePrinter) Update(u report.Update) error {
	p.rows.add(u.Changes, p.opt)
	return nil
}

func (p *tablePrinter) End(s report.Summary) error {
	order := list.Order{Column: p.opt.Sort, Reverse: p.opt.Reverse}
	paths := show.NewPaths(p.opt.Roots, &show.Charset{ASCII: p.opt.ASCII})
	p.rows = list.Arrange(p.rows, order, p.opt.Filter, paths, p.opt.Host, time.Now())
	if len(p.rows) > 0 {
		widths := tableWidths(p.rows, p.opt)
		p.writeRow(tableHead(), widths)
		for _, r := range p.rows {
			p.writeRow(tableCells(r, p.opt), widths)
		}
		p.out.WriteByte('\n')
	}
	summary := summaryText(s, p.opt)
	if len(p.opt.States) > 0 || p.opt.Filter != "" {
		summary += "; " + show.Count(len(p.rows)) + " shown"
	}
	if p.opt.Filter != "" {
		summary += " by the filter " + p.opt.escape(p.opt.Filter)
	}
	if n := p.rows.notSeen(); n > 0 {
		summary += "; " + show.Counted(n, "has holders", "have holders") + " that cannot be seen from here: lockscope --doctor"
	}
	lines := []string{summary}
	if p.opt.Width > 0 {
		lines = show.Wrap(summary, p.opt.Width)
	}
	for _, line := range lines {
		p.out.WriteString(line + "\n")
	}
	return p.out.Flush()
}

// tableHead returns the columns' names.
func tableHead() (head show.Cells) {
	for c := range head {
		head[c].Text = show.Column(c).String()
	}
	return head
}

// tableCells returns a report's row. Its ages are those at the time of the look.
func tableCells(r *report.Report, opt Options) show.Cells {
	style := show.RowStyle{
		Chars:   show.Charset{ASCII: opt.ASCII, Dash: dash, Mark: cutMark, AtLeast: ">="},
		Path:    opt.displayPath,
		Command: maxCommand,
	}
	if opt.Width > 0 {
		style.Command = opt.Width
	}
	row := style.Row(r, r.Observed)
	if text := &row[show.ColumnCommand].Text; *text == "" {
		*text = dash
	} else {
		*text = show.Shorten(*text, style.Command, cutMark)
	}
	return row
}

// tableWidths returns the widths of the columns, in cells.
func tableWidths(rows []*report.Report, opt Options) []int {
	widths := make([]int, show.ColumnCount)
	for i, h := range tableHead() {
		widths[i] = show.Width(h.Text)
	}
	if len(opt.Hosts) == 0 {
		widths[show.ColumnHost] = 0
	}
	for _, r := range rows {
		for i, cell := range tableCells(r, opt) {
			widths[i] = max(widths[i], show.Width(cell.Text))
		}
	}
	for i := range widths {
		if opt.Hidden.Has(show.Column(i)) {
			widths[i] = 0
		}
	}
	if opt.Width > 0 {
		return fitColumns(widths, opt.Width)
	}
	widths[show.ColumnDirectory] = min(widths[show.ColumnDirectory], maxDirectory)
	return widths
}

// writeRow writes a line of the table.
func (p *tablePrinter) writeRow(row show.Cells, widths []int) {
	var b strings.Builder
	for i, cell := range row {
		if widths[i] == 0 {
			continue
		}
		text := cell.Text
		if p.opt.Width > 0 {
			cut := show.Shorten
			if show.Column(i) == show.ColumnDirectory {
				cut = show.ShortenMiddle
			}
			text = cut(text, widths[i], cutMark)
		}
		fill := show.Pad
		if tableRight[i] {
			fill = show.PadLeft
		}
		text = fill(text, widths[i])
		if show.Column(i) == show.ColumnState && p.opt.Color {
			text = cell.Role.Render(text)
		}
		if i > 0 {
			b.WriteString(strings.Repeat(" ", columnGap))
		}
		b.WriteString(text)
	}
	line := strings.TrimRight(b.String(), " ")
	if p.opt.Width > 0 { // else a terminal may be narrower than the state
		line = show.Shorten(line, p.opt.Width, "")
	}
	p.out.WriteString(line + "\n")
}
