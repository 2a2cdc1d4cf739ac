package ui

import (
	"strconv"
	"strings"

	"lockscope/ui/show"

	tea "charm.land/bubbletea/v2"
)

// The screen, from the top: header, counters, rule, body, rule, foot. The body
// is the table with its head, and below it a rule and the detail; or one text
// that has it all.
const (
	minWidth   = 24
	minHeight  = 8
	chrome     = 5   // lines that are not body
	detailFrom = 20  // lines of screen from which on there is room for the detail below the table
	besideFrom = 160 // columns of screen from which on there is room for it beside the table
)

// layout is how the screen is divided.
type layout struct {
	width  int // of the table; less than the screen's where the detail is beside it
	body   int // lines
	rows   int // of the table; its head comes on top
	detail int // lines of detail below the table, without its rule; 0 = none
}

func (m *model) layout() layout {
	l := layout{width: m.width, body: max(m.height-chrome, 1)}
	if m.detail == detailShown && m.width >= besideFrom {
		l.width = m.width * 3 / 5
	} else if m.detail == detailShown && m.roomForDetail() {
		l.detail = min(max(m.height*3/10, 6), 12)
	}
	l.rows = l.body - 1
	if l.detail > 0 {
		l.rows -= l.detail + 1
	}
	l.rows = max(l.rows, 1)
	return l
}

func (m *model) roomForDetail() bool { return m.height >= detailFrom }

func (m *model) showsDetailFull() bool { return m.detail == detailFull && m.list.Current() != nil }

func (m *model) View() tea.View {
	v := tea.NewView("")
	v.AltScreen = true
	v.MouseMode = tea.MouseModeCellMotion
	switch {
	case m.width == 0: // not known yet
	case m.tooSmallFor():
		v.SetContent(m.tooSmall())
	default:
		v.SetContent(strings.Join(m.screen(), "\n"))
		v.Cursor = m.textCursor()
	}
	return v
}

func (m *model) tooSmallFor() bool { return m.width < minWidth || m.height < minHeight }

func (m *model) tooSmall() string {
	size := func(w, h int) string { return strconv.Itoa(w) + "x" + strconv.Itoa(h) }
	text := "too small: " + size(m.width, m.height) + ", needs " + size(minWidth, minHeight)
	return strings.Join(show.Wrap(text, m.width), "\n")
}

func (m *model) screen() []string {
	l := m.layout()
	lines := make([]string, 0, m.height)
	narrowed := m.filterText()
	if m.text != nil { // esc leads back from it, and it is not narrowed
		narrowed = ""
	}
	lines = append(lines, m.headerLine(), m.countersLine(), m.ruleLine(narrowed, m.selectedText()))
	lines = append(lines, m.bodyLines(l)...)
	lines = append(lines, m.ruleLine("", m.positionText(l)), m.footLine())
	for i, line := range lines {
		lines[i] = show.Shorten(m.theme.chars.Plain(line), m.width, m.theme.chars.Mark)
	}
	return lines
}

// bodyLines are exactly as many as the body has.
func (m *model) bodyLines(l layout) []string {
	var lines []string
	switch text := m.text; {
	case text != nil:
		lines = text[min(max(m.scroll, 0), len(text)):]
	case m.list.Current() == nil:
		lines = m.emptyLines(l.body)
	default:
		lines = m.tableLines(l)
	}
	lines = exactly(lines, l.body)
	if m.mode == asking {
		m.overlay(lines, m.dialogLines(l.body))
	}
	return lines
}

// fullText is the text that has the whole body: the help, the log or the full
// detail; nil if there is none.
func (m *model) fullText() []string {
	switch {
	case m.mode == helping:
		return m.helpLines()
	case m.mode == logging:
		return m.logLines()
	case m.showsDetailFull() && m.mode != asking:
		return m.detailLines(m.list.Current(), m.width, true)
	}
	return nil
}

// columns are the table's.
func (m *model) columns(l layout) columns {
	return planColumns(l.width, m.list.Widest())
}

func (m *model) tableLines(l layout) []string {
	c := m.columns(l)
	lines := make([]string, 0, l.body)
	lines = append(lines, m.tableHead(c))
	for _, r := range m.list.Window() {
		lines = append(lines, m.tableRow(r, c, l.width))
	}
	if l.width < m.width {
		return m.withDetailBeside(lines, l)
	}
	if l.detail > 0 {
		lines = append(exactly(lines, l.rows+1), m.ruleLine("", m.rowPosition()))
		lines = append(lines, m.cutDetail(l.detail)...)
	}
	return lines
}

// withDetailBeside puts the detail to the right of the table.
func (m *model) withDetailBeside(lines []string, l layout) []string {
	detail := exactly(m.detailLines(m.list.Current(), m.width-l.width-1, true), l.body)
	lines = exactly(lines, l.body)
	bar := m.theme.dim.Render(m.theme.bar)
	for i := range lines {
		lines[i] = show.Pad(lines[i], l.width) + bar + detail[i]
	}
	return lines
}

// exactly cuts or fills to n lines.
func exactly(lines []string, n int) []string {
	lines = lines[:min(len(lines), n)]
	for len(lines) < n {
		lines = append(lines, "")
	}
	return lines
}

// rowPosition says where in the table the cursor is.
func (m *model) rowPosition() string {
	return m.theme.dim.Render(show.Count(m.list.Position()+1) + " of " + show.Count(m.list.Len()))
}

// positionText goes into the rule above the foot.
func (m *model) positionText(l layout) string {
	if n := len(m.text); n > 0 {
		if n > l.body {
			return m.theme.dim.Render(show.Count(min(m.scroll+l.body, n)) + " of " + show.Counted(n, "line", "lines"))
		}
		return ""
	}
	if l.detail > 0 || m.list.Current() == nil {
		return ""
	}
	return m.rowPosition()
}

// footLine is the filter while it is typed, else a notice, else the keys.
func (m *model) footLine() string {
	t := &m.theme
	switch {
	case m.mode == filtering:
		hint := t.dim.Render("enter keeps it " + t.chars.Dot + " esc clears it ")
		if m.width < 60 {
			hint = ""
		}
		return show.Spread(" "+m.filter.View(), hint, m.width)
	case m.notice != "":
		return " " + show.Shorten(t.chars.Plain(m.notice), m.width-2, t.chars.Mark)
	case m.mode == asking:
		return " " + m.help.ShortHelpView(m.fitting(m.dialogKeys()))
	case m.text != nil:
		return " " + m.help.ShortHelpView(m.fitting(m.fullTextKeys()))
	}
	return " " + m.help.ShortHelpView(m.fitting(m.keys.ShortHelp()))
}

// textCursor is where the terminal's cursor belongs, nil for nowhere.
func (m *model) textCursor() *tea.Cursor {
	if m.mode != filtering {
		return nil
	}
	c := m.filter.Cursor()
	if c != nil {
		c.X++
		c.Y = m.height - 1
	}
	return c
}

// emptyLines say why there is no row to show.
func (m *model) emptyLines(height int) []string {
	var text []string
	s := &m.scan
	roots := m.rootsText(max(m.width-30, 8))
	switch {
	case m.list.Total() > 0:
		text = []string{"Nothing matches.", "esc shows all " + show.Count(m.list.Total()) + "."}
		if m.list.Classes() == show.Problems && m.list.Words() == 0 {
			text = []string{m.theme.good.Render(m.theme.ok + " No problems."), "! shows all " + show.Count(m.list.Total()) + "."}
		}
	case s.ended && s.err != nil:
		text = []string{"The scan stopped:", escapeError(s.err)}
	case s.passes == 0:
		text = []string{"Looking for " + m.opts.Names.Lock + " below " + roots + m.theme.chars.Mark}
	case len(s.problems()) > 0:
		text = append(text, "Nothing found, and not everything could be read:")
		for _, e := range s.problems() {
			text = append(text, escapeError(e))
		}
	default:
		text = []string{"No " + m.opts.Names.Lock + " below " + roots + ".", "Other directories can be given as arguments; --demo shows a sandbox."}
	}
	text = text[:min(len(text), height)]
	lines := make([]string, max((height-len(text))/3, 0))
	for _, line := range text {
		line = show.Shorten(m.theme.chars.Plain(line), m.width-4, m.theme.chars.Mark)
		lines = append(lines, strings.Repeat(" ", max((m.width-show.Width(line))/2, 0))+line)
	}
	return lines
}
