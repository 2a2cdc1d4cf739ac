package ui

import (
	"strconv"
	"strings"

	"lockscope/scan/report"
	"lockscope/ui/list"
	"lockscope/ui/show"
)

// holderWidths are those of the columns, in their order; 0 = there is no room for one.
type holderWidths [list.HolderColumns]int

var holderHeads = [list.HolderColumns]string{"WORST", "HOST", "PID", "DIRS", "HAND-OFFS", "USER", "STARTED", "COMMAND"}

// planHolders divides the width. What there is little room for is dropped: first the user, then the
// hand-offs, then the start. HOST wants so many cells, 0 where this host alone is watched.
func planHolders(width, host int) holderWidths {
	w := holderWidths{
		list.HolderWorst: stateWidth, list.HolderHost: min(host, max(width/5, len("HOST")+1)), list.HolderPID: pidfileWidth, list.HolderDirectories: 7,
		list.HolderHandoffs: 10, list.HolderUser: 10, list.HolderStarted: 8,
	}
	room := func() int {
		left := width - leftMargin - rightMargin
		for _, n := range w {
			if n > 0 {
				left -= n + gapWidth
			}
		}
		return left
	}
	for _, c := range []list.HolderColumn{list.HolderUser, list.HolderHandoffs, list.HolderStarted} {
		if room() < 2*commandWidth {
			w[c] = 0
		}
	}
	if room() < 1 { // with HOST on a narrow screen
		w[list.HolderDirectories] = 0
	}
	w[list.HolderCommand] = max(room(), 1)
	return w
}

// holderLines are the holders with their head.
func (m *model) holderLines() []string {
	h, t := &m.holders, &m.theme
	m.refreshHolders()
	current, ok := h.scroll.Current()
	if !ok {
		text := "no process holds a lock or is named"
		if !h.filter.All() {
			text = "nothing matches"
		}
		return m.listingLines("", []string{"   " + t.dim.Render(text)}, nil)
	}
	w := planHolders(m.width, m.hostWidth())
	heads := holderHeads
	heads[list.HolderWorst] = "  " + heads[list.HolderWorst]
	direction := t.ascending
	if h.reverse {
		direction = t.descending
	}
	heads[h.by] += direction
	first, rest := m.holderCells(heads, w)
	var rows []string
	for _, holder := range h.scroll.Window() {
		rows = append(rows, m.holderRow(holder, w, holder == current))
	}
	return m.listingLines(t.head.Render("  "+first+"  "+rest), rows, m.holderFacts(current))
}

// holderRow is the row of a process.
func (m *model) holderRow(h *list.Holder, w holderWidths, isCursor bool) string {
	t := &m.theme
	cells := [list.HolderColumns]string{
		t.chars.Glyph(h.Worst), t.chars.Escape(h.Host), strconv.Itoa(h.PID), show.Count(h.Directories), t.chars.Dash, t.chars.Dash, t.chars.Dash, "(" + h.State.String() + ")",
	}
	if h.Handoffs > 0 {
		cells[list.HolderHandoffs] = show.Count(h.Handoffs)
	}
	if p := h.Process(); p != nil {
		cells[list.HolderUser] = t.chars.Escape(p.User)
		cells[list.HolderStarted] = show.Age(m.asOf().Sub(p.Started))
		cells[list.HolderCommand] = t.chars.Escape(p.Command[:min(len(p.Command), 4*m.width)])
	}
	first, rest := m.holderCells(cells, w)
	if isCursor {
		return m.cursorRow(" "+first, " "+rest)
	}
	return "  " + t.class(h.Worst).Render(first) + "  " + rest
}

// holderCells lays out the worst state, and what is to the right of it.
func (m *model) holderCells(cells [list.HolderColumns]string, w holderWidths) (first, rest string) {
	var b strings.Builder
	gap := ""
	for c := list.HolderHost; c < list.HolderColumns; c++ {
		if w[c] == 0 {
			continue
		}
		b.WriteString(gap)
		gap = "  "
		text := show.Shorten(cells[c], w[c], m.theme.chars.Mark)
		switch c {
		case list.HolderHost, list.HolderUser:
			text = show.Pad(text, w[c])
		case list.HolderCommand:
		default:
			text = show.PadLeft(text, w[c])
		}
		b.WriteString(text)
	}
	return show.Pad(cells[list.HolderWorst], w[list.HolderWorst]), b.String()
}

// holderFacts are what is known of a process.
func (m *model) holderFacts(h *list.Holder) []string {
	t := &m.theme
	text := strconv.Itoa(h.PID) + " (" + h.State.String() + ")"
	if p := h.Process(); p != nil {
		text = show.Process(p, m.now(), " "+t.chars.Dot+" ")
	}
	if h.Host != "" {
		text = "on " + report.Escape(h.Host) + ": " + text
	}
	states := show.Counted(h.Directories, "directory", "directories") + ": " + countTexts(&h.Counts)
	if h.Holds > 0 && h.Holds < h.Directories {
		states += "; it holds " + show.Count(h.Holds)
	}
	if h.Handoffs > 0 {
		states += "; " + show.Counted(h.Handoffs, "hand-off", "hand-offs")
	}
	lines := []string{" " + show.Shorten(t.chars.Plain(states), m.width-2, t.chars.Mark)}
	for _, line := range show.Wrap(t.chars.Plain(text), m.width-2) {
		lines = append(lines, " "+line)
	}
	return lines
}

// countTexts are numbers by class, in words.
func countTexts(counts *[show.ClassCount]int32) string {
	var parts []string
	for c, n := range counts {
		if n > 0 {
			parts = append(parts, show.Count(int(n))+" "+show.Class(c).String())
		}
	}
	return strings.Join(parts, ", ")
}
