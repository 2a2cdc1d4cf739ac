package ui

import (
	"slices"
	"strconv"
	"strings"

	"charm.land/bubbles/v2/key"
	"github.com/charmbracelet/x/ansi"

	"lockscope/ui/show"
)

// helpNotes are what the keys alone do not tell.
var helpNotes = []string{
	"Every word of a filter must match path, state, PID or command; a|b either, !word excludes, ~re is a regular expression.",
	"state:stale,split  pid:8121  cmd:kvd  user:db  root:/srv  reason:pid-reused  age:<10m  host:web-01  look in one place.",
	"A selection is kept whatever the filter shows. After many changes at once, N goes to the first new problem.",
	"The mouse works too; hold shift to select text.",
}

// helpLines are the help: the keys that work in the place that it was asked for in, what the states mean,
// and some notes. With a search, they are the lines that have it.
func (m *model) helpLines() []string {
	if m.helping.search != "" {
		return m.foundHelp()
	}
	title := " " + m.theme.name.Render("States, the worst first")
	return slices.Concat(m.helpKeys(m.width), []string{"", title}, slices.Concat(m.stateEntries()...), []string{""}, slices.Concat(m.noteEntries()...))
}

// helpGroups are the keys of the place.
func (m *model) helpGroups() []helpGroup {
	k := &m.keys
	switch {
	case m.helping.of == modeLog:
		return []helpGroup{{"In the log", k.listingHelp(modeLog)}}
	case m.helping.of == modeHolders:
		return []helpGroup{{"In the holders", k.listingHelp(modeHolders)}}
	case m.helping.detail:
		return []helpGroup{{"In the detail", k.detailHelp()}}
	}
	return k.help()
}

// helpKeys lay out the keys in as many columns as there is room for.
func (m *model) helpKeys(width int) []string {
	var groups [][]string
	for _, g := range m.helpGroups() {
		groups = append(groups, m.groupHelp(g))
	}
	n := len(groups)
	widths := columnWidths(groups, n)
	for n > 1 && sum(widths)-helpGap > width-1 {
		n = (n + 1) / 2
		widths = columnWidths(groups, n)
	}
	var out []string
	for group := range slices.Chunk(groups, n) {
		if len(out) > 0 {
			out = append(out, "")
		}
		out = append(out, beside(group, widths)...)
	}
	return out
}

// stateEntries say what the states mean, with the sign and the digit of each.
func (m *model) stateEntries() (out [][]string) {
	t := &m.theme
	for c := range show.ClassCount {
		digit := " "
		if n := c.Digit(); n > 0 {
			digit = strconv.Itoa(n)
		}
		margin := " " + t.key.Render(digit) + " " + t.class(c).Render(show.Pad(t.chars.Sign(c)+" "+c.String(), stateWidth)) + "  "
		room := m.width - 1 - show.Width(margin)
		var lines []string
		if m.width < wideHelp { // the meaning has lines of its own
			lines = append(lines, margin)
			margin, room = "     ", m.width-6
		}
		for _, line := range show.Wrap(c.Meaning(), room) {
			lines = append(lines, margin+line)
			margin = strings.Repeat(" ", show.Width(margin))
		}
		out = append(out, lines)
	}
	return out
}

func (m *model) noteEntries() (out [][]string) {
	for _, note := range slices.Concat(helpNotes, show.Watched(m.scan.summary.Watched)) {
		var lines []string
		for _, line := range show.Wrap(note, m.width-2) {
			lines = append(lines, " "+m.theme.dim.Render(line))
		}
		out = append(out, lines)
	}
	return out
}

// foundHelp are the keys, states and notes that have what is searched for.
func (m *model) foundHelp() []string {
	var found []string
	search := strings.ToLower(m.helping.search)
	entries := slices.Concat(slices.Collect(slices.Chunk(m.helpKeys(0), 1)), m.stateEntries(), m.noteEntries())
	for _, lines := range entries {
		if strings.Contains(strings.ToLower(ansi.Strip(strings.Join(lines, " "))), search) {
			found = append(found, lines...)
		}
	}
	if len(found) == 0 {
		return []string{" " + m.theme.dim.Render("nothing in the help has this")}
	}
	return found
}

// helpFoot is the search, or the keys.
func (m *model) helpFoot() string {
	t, h := &m.theme, &m.helping
	text := " " + t.key.Render("/ ") + t.chars.Escape(h.search)
	switch {
	case h.searching:
		return text + t.reverse.Render(" ")
	case h.search != "":
		return show.Spread(text, t.dim.Render(m.keys.Back.Help().Key+" shows all "), m.width)
	}
	search := m.keys.Filter
	search.SetHelp(search.Help().Key, "search")
	return " " + m.help.ShortHelpView(m.fitting(append([]key.Binding{search}, m.keys.text()...), nil))
}

// groupHelp are the lines of a group: its keys that do something now.
func (m *model) groupHelp(g helpGroup) []string {
	lines := []string{m.theme.name.Render(g.title)}
	keys := 0
	for _, b := range g.keys {
		keys = max(keys, show.Width(b.Help().Key))
	}
	for _, b := range g.keys {
		if b.Enabled() {
			lines = append(lines, m.theme.key.Render(show.Pad(b.Help().Key, keys))+"  "+b.Help().Desc)
		}
	}
	return lines
}

// helpGap is the space between two columns.
const helpGap = 3

// columnWidths are how wide n columns of blocks are, the space between them included.
func columnWidths(blocks [][]string, n int) []int {
	widths := make([]int, n)
	for i, block := range blocks {
		for _, line := range block {
			widths[i%n] = max(widths[i%n], show.Width(line)+helpGap)
		}
	}
	return widths
}

func sum(ns []int) (total int) {
	for _, n := range ns {
		total += n
	}
	return total
}

// beside puts blocks of lines side by side.
func beside(blocks [][]string, widths []int) []string {
	height := 0
	for _, block := range blocks {
		height = max(height, len(block))
	}
	out := make([]string, height)
	for i := range out {
		line := " "
		for j, block := range blocks {
			cell := ""
			if i < len(block) {
				cell = block[i]
			}
			line += show.Pad(cell, widths[j])
		}
		out[i] = strings.TrimRight(line, " ")
	}
	return out
}
