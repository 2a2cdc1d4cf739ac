package ui

import (
	"strconv"
	"strings"

	"lockscope/lock"
	"lockscope/scan/report"
)

// tableHead is the line above the rows: the columns' names, the one that they
// are sorted by with the direction.
func (m *model) tableHead(c columns) string {
	o := m.rows.order
	name := func(by column, s string) string {
		if o.column != by {
			return s
		}
		if o.reverse {
			return s + m.theme.descending
		}
		return s + m.theme.ascending
	}
	cells := tableCells{
		name(byState, "  STATE"), name(byPath, "DIRECTORY"), name(byPidfile, "PIDFILE"),
		name(byHolder, "HOLDER"), name(byCommand, "COMMAND"), name(bySince, "SINCE"),
	}
	return m.theme.head.Render("  " + cells.line(c, m.theme.mark))
}

// tableCells are a row's texts, escaped but neither shortened nor filled.
type tableCells struct{ state, dir, pidfile, holder, command, since string }

// line lays out everything but the margins.
func (t *tableCells) line(c columns, mark string) string {
	return pad(t.state, stateWidth) + "  " + pad(shortenMiddle(t.dir, c.dir, mark), c.dir) + " " + t.rest(c, mark)
}

// rest lays out what is to the right of the directory and one space.
func (t *tableCells) rest(c columns, mark string) string {
	var b strings.Builder
	gap := " "
	column := func(w int, text string) {
		if w > 0 {
			b.WriteString(gap)
			b.WriteString(text)
			gap = "  "
		}
	}
	column(c.pidfile, padLeft(shorten(t.pidfile, c.pidfile, mark), c.pidfile))
	column(c.holder, padLeft(shorten(t.holder, c.holder, mark), c.holder))
	column(c.command, pad(shorten(t.command, c.command, mark), c.command))
	column(c.since, padLeft(t.since, c.since))
	return b.String()
}

func (m *model) cells(r *row) tableCells {
	c := r.class
	t := tableCells{
		state:   m.theme.glyphs[c] + " " + c.String(),
		dir:     m.paths.of(r.Path),
		pidfile: m.pidfileCell(&r.Evidence.Pidfile),
		holder:  m.holderCell(r.Evidence.Holders, r.Evidence.Lock.State),
		command: m.theme.escape(firstBytes(command(r.Report), 256)),
	}
	t.since = m.theme.dash
	if since := r.Since(); !since.IsZero() {
		t.since = age(m.pictured().Sub(since))
	}
	return t
}

// firstBytes keeps a command line of kilobytes from being laid out for a column.
func firstBytes(s string, n int) string { return s[:min(n, len(s))] }

func (m *model) pidfileCell(p *lock.Pidfile) string {
	switch p.State {
	case lock.PidfileNamed:
		return strconv.Itoa(p.PID)
	case lock.PidfileMissing:
		return m.theme.dash
	case lock.PidfileEmpty:
		return "empty"
	case lock.PidfileMalformed:
		return "garbled"
	case lock.PidfileNotRegular:
		return "no file"
	}
	return "?"
}

// holderCell names one or two holders, or one and how many more.
func (m *model) holderCell(holders []report.Holder, state lock.LockState) string {
	switch {
	case len(holders) == 0 && (state == lock.LockFree || state == lock.LockMissing):
		return m.theme.dash
	case len(holders) == 0:
		return "?"
	}
	var pids []int // holders come in order of PID, once for each descriptor
	for i := range holders {
		if pid := holders[i].Process.PID; len(pids) == 0 || pids[len(pids)-1] != pid {
			pids = append(pids, pid)
		}
	}
	first := strconv.Itoa(pids[0])
	if len(pids) == 1 {
		return first
	}
	if two := first + "," + strconv.Itoa(pids[1]); len(pids) == 2 && len(two) <= holderWidth {
		return two
	}
	return first + " +" + strconv.Itoa(len(pids)-1)
}

// tableRow is one row of the table. The cursor's says what and where in reverse
// video, as one run without colours, between two marks; to do so with the whole
// line would double the bytes that a movement takes.
func (m *model) tableRow(r *row, c columns, w int) string {
	if r.group != nil {
		return m.groupRow(r, w)
	}
	cells, t := m.cells(r), &m.theme
	tick, styledTick := " ", " "
	if r.selected {
		tick, styledTick = t.tick, t.strong.Render(t.tick)
	}
	dir := pad(shortenMiddle(cells.dir, c.dir, t.mark), c.dir)
	rest := cells.rest(c, t.mark)
	if !r.class.problem() {
		rest = t.dim.Render(rest)
	}
	state := pad(cells.state, stateWidth)
	if r == m.rows.current() {
		return t.strong.Render(t.cursor) + t.reverse.Render(tick+state+"  "+dir) + t.strong.Render(t.cursorEnd) + rest
	}
	style := t.class[r.class]
	if _, changed := m.flash[r.Path]; changed && !m.scan.paused() {
		style = style.Underline(true)
	}
	return " " + styledTick + style.Render(state) + "  " + dir + " " + rest
}
