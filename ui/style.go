package ui

import (
	"charm.land/lipgloss/v2"
)

// theme is how everything looks: the characters and the styles. The colours
// are of the 16 that every terminal has and every user has chosen, and say
// nothing that a word does not say too.
type theme struct {
	ascii  bool // show nothing else, in names too
	glyphs [classCount]string

	cursor, cursorEnd, tick, live, paused  string
	ascending, descending, dash, dot, mark string // mark stands for what was cut
	folded, unfolded                       string
	ok, bad, arrow                         string
	rule, bar                              string
	border                                 lipgloss.Border

	class                                 [classCount]lipgloss.Style
	name, dim, strong, key, head, reverse lipgloss.Style
	good, warn, alarm, button             lipgloss.Style
}

func newTheme(ascii bool) theme {
	style := lipgloss.NewStyle
	t := theme{
		glyphs: [classCount]string{"✖", "✖", "!", "!", "!", "~", "?", "…", "·", " "},
		cursor: "▌", cursorEnd: "▐", tick: "✓", live: "●", paused: "■",
		ascending: "▲", descending: "▼", dash: "–", dot: "·", mark: "…",
		folded: "▸", unfolded: "▾", ok: "✓", bad: "✖", arrow: "→", rule: "─", bar: "│", border: lipgloss.RoundedBorder(),

		name:    style().Bold(true),
		dim:     style().Faint(true),
		strong:  style().Bold(true),
		key:     style().Bold(true),
		head:    style().Faint(true),
		reverse: style().Reverse(true),
		good:    style().Foreground(lipgloss.Green),
		warn:    style().Foreground(lipgloss.Yellow),
		alarm:   style().Foreground(lipgloss.Red).Bold(true),
		button:  style().Reverse(true).Bold(true),
	}
	red, yellow := style().Foreground(lipgloss.Red), style().Foreground(lipgloss.Yellow)
	t.class = [classCount]lipgloss.Style{
		red.Bold(true), red.Bold(true), red, yellow, yellow, // split … unnamed
		style().Foreground(lipgloss.Cyan),    // stale: the one that can be broken
		style().Foreground(lipgloss.Magenta), // unknown
		t.dim,                                // checking
		t.good, t.dim,                        // held, free
	}
	if ascii {
		t.ascii = true
		t.glyphs = [classCount]string{"X", "X", "!", "!", "!", "~", "?", ":", ".", " "}
		t.cursor, t.cursorEnd, t.tick, t.live, t.paused = ">", "<", "+", "*", "#"
		t.ascending, t.descending, t.dash, t.dot, t.mark = "^", "v", "-", "-", "..."
		t.ok, t.bad, t.arrow, t.rule, t.bar = "+", "X", "->", "-", "|"
		t.folded, t.unfolded = "+", "-"
		t.border = lipgloss.ASCIIBorder()
	}
	return t
}
