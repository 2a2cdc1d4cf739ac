package ui

import (
	"slices"
	"strings"

	"lockscope/ui/show"
)

// helpNotes are what the keys alone do not tell.
var helpNotes = []string{
	"Filter: every word must match path, state, PID or command; !word excludes.",
	"path:eu  state:stale,split  pid:8121  cmd:kvd look in one place only.",
	"The mouse works too; hold shift to select text.",
}

// helpLines lay out the key map in as many columns as there is room for.
func (m *model) helpLines() []string {
	var groups [][]string
	for _, g := range m.keys.help() {
		groups = append(groups, m.groupHelp(g))
	}
	n := len(groups)
	widths := columnWidths(groups, n)
	for n > 1 && sum(widths)-helpGap > m.width-1 {
		n /= 2
		widths = columnWidths(groups, n)
	}
	var out []string
	for group := range slices.Chunk(groups, n) {
		out = append(append(out, beside(group, widths)...), "")
	}
	for _, note := range helpNotes {
		for _, line := range show.Wrap(note, m.width-2) {
			out = append(out, " "+m.theme.dim.Render(line))
		}
	}
	return out
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
