package ui

import (
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"lockscope/ui/show"
)

// View draws the screen.
func (m *model) View() tea.View {
	v := tea.NewView("")
	v.AltScreen = true
	v.MouseMode = tea.MouseModeCellMotion
	if m.opts.Title {
		v.WindowTitle = m.title()
	}
	switch {
	case m.width == 0: // not known yet
	case m.tooSmallFor():
		v.SetContent(m.tooSmall())
	default:
		v.SetContent(strings.Join(m.screen(), "\n"))
		v.Cursor = m.textCursor()
	}
	m.frames.built.Store(m.frame(v.Content))
	return v
}

// tooSmall is shown instead of everything where there is too little room.
func (m *model) tooSmall() string {
	size := func(w, h int) string { return strconv.Itoa(w) + "x" + strconv.Itoa(h) }
	text := "too small: " + size(m.width, m.height) + ", needs " + size(minWidth, minHeight)
	return strings.Join(show.Wrap(text, m.width), "\n")
}

// screen are the lines of the screen, none of them wider than it.
func (m *model) screen() []string {
	l := m.layout()
	lines := make([]string, 0, m.height)
	lines = append(lines, m.headerLine(), m.countersLine(), m.topRule())
	lines = append(lines, m.bodyLines(l)...)
	lines = append(lines, m.ruleLine(m.problemRule(), m.positionText(l)), m.footLine())
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
	if m.mode == modeDialog {
		m.overlay(lines, m.dialogLines())
	}
	return lines
}

// tableLines are the table, and the detail where it is shown with it.
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
		lines = append(lines, m.pane(m.width, l.detail, false)...)
	}
	return lines
}

// withDetailBeside puts the detail to the right of the table.
func (m *model) withDetailBeside(lines []string, l layout) []string {
	detail := m.pane(m.width-l.width-1, l.body, true)
	lines = exactly(lines, l.body)
	bar := m.theme.dim.Render(m.theme.bar)
	for i := range lines {
		lines[i] = show.Pad(lines[i], l.width) + bar + detail[i]
	}
	return lines
}
