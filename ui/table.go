package ui

import (
	"strings"

	"lockscope/ui/list"
	"lockscope/ui/show"
)

// tableHead is the line above the rows: the columns' names, with the direction at the one that they
// are sorted by.
func (m *model) tableHead(w columns) string {
	var head show.Cells
	for c := range head {
		head[c].Text = show.Column(c).String()
	}
	head[show.ColumnState].Text = "  " + head[show.ColumnState].Text // above the words, not the glyphs
	t, o := &m.theme, m.list.Order()
	direction := t.ascending
	if o.Reverse {
		direction = t.descending
	}
	head[o.Column].Text += direction
	return t.head.Render("  " + show.Pad(head[show.ColumnState].Text, stateWidth) + "  " + m.directory(&head, w) + " " + m.rest(&head, w))
}

// tableRow is one row of the table. On the cursor's, the state and the directory are in reverse
// video, as one run without colours, between two marks. The whole line in reverse video would double
// the bytes that a movement takes.
func (m *model) tableRow(r *list.Row, w columns, width int) string {
	if r.Group != nil {
		return m.groupRow(r, width)
	}
	row, t := m.rowStyle.Row(r.Report, m.asOf()), &m.theme
	tick, styledTick := " ", " "
	if r.Selected {
		tick, styledTick = t.tick, t.strong.Render(t.tick)
	}
	rest := m.rest(&row, w)
	if row[show.ColumnSince].Role == show.Dim {
		rest = t.dim.Render(rest)
	}
	state, directory := show.Pad(row[show.ColumnState].Text, stateWidth), m.directory(&row, w)
	if r == m.list.Current() {
		return t.strong.Render(t.cursor) + t.reverse.Render(tick+state+"  "+directory) + t.strong.Render(t.cursorEnd) + rest
	}
	style := t.roles[row[show.ColumnState].Role]
	if _, changed := m.highlighted[r.Report.Path]; changed && !m.scan.paused() {
		style = style.Underline(true)
	}
	return " " + styledTick + style.Render(state) + "  " + directory + " " + rest
}

// directory lays out the directory.
func (m *model) directory(row *show.Cells, w columns) string {
	return show.Pad(show.ShortenMiddle(row[show.ColumnDirectory].Text, w[show.ColumnDirectory], m.theme.chars.Mark), w[show.ColumnDirectory])
}

// rest lays out what is to the right of the directory and one space.
func (m *model) rest(row *show.Cells, w columns) string {
	var b strings.Builder
	gap := " "
	for c := show.ColumnPidfile; c < show.ColumnCount; c++ {
		if w[c] == 0 {
			continue
		}
		b.WriteString(gap)
		gap = "  "
		text := row[c].Text
		if c != show.ColumnSince { // its head with the direction is wider, and the margin is there
			text = show.Shorten(text, w[c], m.theme.chars.Mark)
		}
		if c == show.ColumnCommand {
			text = show.Pad(text, w[c])
		} else {
			text = show.PadLeft(text, w[c])
		}
		b.WriteString(text)
	}
	return b.String()
}
