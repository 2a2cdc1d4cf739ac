package ui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"lockscope/scan/report"
	"lockscope/ui/list"
	"lockscope/ui/show"
)

// columns are the table's.
func (m *model) columns(l layout) columns {
	p := paths{typical: m.list.Typical(), widest: m.list.Widest(), tail: m.list.Tail(), host: m.hostWidth()}
	if m.columnsFrom == 0 {
		c := planColumns(l.width, p, m.hidden)
		if c.tail == "" {
			c.usual = m.theme.chars.Escape(m.list.UsualName())
		}
		return c
	}
	c := wholeColumns(l.width, p, m.hidden)
	stops := c.stops()
	c.at, c.whole = stops[min(m.columnsFrom, len(stops))-1], true
	return c
}

// tableHead is the line above the rows: the columns' names, with the direction at the one that they
// are sorted by. At DIRECTORY it says what is left out of every path.
func (m *model) tableHead(w columns) string {
	var head show.Cells
	for c := range head {
		head[c].Text = show.Column(c).String()
	}
	t, o := &m.theme, m.list.Order()
	direction := t.ascending
	if o.Reverse {
		direction = t.descending
	}
	head[o.Column].Text += direction
	if w.tail != "" {
		head[show.ColumnDirectory].Text += " " + t.chars.Mark + t.chars.Escape(w.tail)
	}
	state := strings.Repeat(" ", leftMargin) + show.Pad("  "+head[show.ColumnState].Text, stateWidth) // above the words, not the glyphs
	gap := "  "
	if w.at > 0 {
		gap = m.keys.Left.Help().Key + " "
	}
	return t.head.Render(state + gap + m.beside(&head, w))
}

// tableRow is one row of the table. On the cursor's, the state and the directory are in reverse
// video, as one run without colours, between two marks. The whole line in reverse video would double
// the bytes that a movement takes.
func (m *model) tableRow(r *list.Row, w columns, width int) string {
	if r.Group != nil {
		return m.groupRow(r, width)
	}
	style := m.rowStyle
	if w.tail != "" {
		style.Path = func(r *report.Report) string { return m.paths.Without(w.tail, r.Path) }
	}
	row, t := style.Row(r.Report, m.asOf()), &m.theme
	m.markLost(r.Report, &row)
	if text := &row[show.ColumnDirectory].Text; r.Report.IsHost() { // words, and no path
		*text = show.Shorten(*text, w.width[show.ColumnDirectory], t.chars.Mark)
	}
	if r.Gone {
		row[show.ColumnState] = show.Cell{Text: "- " + goneWord, Role: show.Strong}
	}
	tick, styledTick := " ", " "
	if r.Selected {
		tick, styledTick = t.tick, t.strong.Render(t.tick)
	}
	state, gap, rest := show.Pad(row[show.ColumnState].Text, stateWidth), "  ", ""
	if w.whole {
		gap, rest = " ", m.beside(&row, w)
	} else {
		gap, rest = "  "+m.directory(&row, w), m.rest(&row, w)
	}
	if row[show.ColumnSince].Role == show.Dim {
		rest = t.dim.Render(rest)
	}
	if r == m.list.Current() {
		return t.strong.Render(t.cursor) + t.reverse.Render(tick+" "+state+gap) + t.strong.Render(t.cursorEnd) + rest
	}
	stateStyle := t.roles[row[show.ColumnState].Role]
	if _, changed := m.highlighted[r.Report.Key()]; changed && !m.scan.paused() {
		stateStyle = stateStyle.Underline(true)
	}
	return " " + styledTick + " " + stateStyle.Render(state) + gap + " " + rest
}

// beside is all that is to the right of the state and its gap. Whole columns are cut to what is scrolled
// into sight.
func (m *model) beside(row *show.Cells, w columns) string {
	line := m.directory(row, w) + " " + m.rest(row, w)
	if !w.whole {
		return line
	}
	return ansi.TruncateWc(ansi.TruncateLeftWc(line, w.at, ""), w.room, "")
}

// directory lays out the directory and, where several hosts are watched, its host.
func (m *model) directory(row *show.Cells, w columns) string {
	host, n := "", w.width[show.ColumnDirectory]
	if n := w.width[show.ColumnHost]; n > 0 {
		host = show.Pad(show.ShortenMiddle(row[show.ColumnHost].Text, n, m.theme.chars.Mark), n) + "  "
	}
	return host + show.Pad(show.ShortenPath(row[show.ColumnDirectory].Text, w.usual, n, m.theme.chars.Mark), n)
}

// rest lays out what is to the right of the directory and one space.
func (m *model) rest(row *show.Cells, w columns) string {
	var b strings.Builder
	gap := " "
	for c := show.ColumnPidfile; c < show.ColumnCount; c++ {
		n := w.width[c]
		if n == 0 {
			continue
		}
		b.WriteString(gap)
		gap = "  "
		text := row[c].Text
		if c != show.ColumnSince { // its head with the direction is wider, and the margin is there
			text = show.Shorten(text, n, m.theme.chars.Mark)
		}
		if c == show.ColumnCommand {
			text = show.Pad(text, n)
		} else {
			text = show.PadLeft(text, n)
		}
		b.WriteString(text)
	}
	return b.String()
}

// scrollColumns shows what is cut, one step to the right or back.
func (m *model) scrollColumns(step int) {
	w := m.columns(m.layout())
	if step > 0 {
		whole := wholeColumns(m.layout().width, paths{widest: m.list.Widest(), host: m.hostWidth()}, m.hidden)
		switch last := len(whole.stops()); {
		case whole.total() <= whole.room && w.tail == "":
			m.notice = "nothing is cut"
			return
		case m.columnsFrom >= last:
			m.notice = "that is all"
			return
		}
	}
	m.columnsFrom = max(m.columnsFrom+step, 0)
}
