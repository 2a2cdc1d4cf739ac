package ui

import (
	"charm.land/lipgloss/v2"

	"lockscope/ui/show"
)

// theme is how everything looks: the characters and the styles. The colours
// are of the 16 that every terminal has and every user has chosen, and say
// nothing that a word does not say too.
type theme struct {
	chars show.Charset

	cursor, cursorEnd, tick, live, paused   string
	ascending, descending, folded, unfolded string
	ok, bad, rule, bar                      string
	border                                  lipgloss.Border

	name, dim, strong, key, head, reverse lipgloss.Style
	good, warn, alarm, button             lipgloss.Style
	classes                               [show.ClassCount]lipgloss.Style
}

func newTheme(ascii bool) theme {
	t := theme{
		chars:  show.NewCharset(ascii),
		cursor: "▌", cursorEnd: "▐", tick: "✓", live: "●", paused: "■",
		ascending: "▲", descending: "▼", folded: "▸", unfolded: "▾",
		ok: "✓", bad: "✖", rule: "─", bar: "│", border: lipgloss.RoundedBorder(),

		name:    style(show.Strong),
		dim:     style(show.Dim),
		strong:  style(show.Strong),
		key:     style(show.Strong),
		head:    style(show.Dim),
		reverse: lipgloss.NewStyle().Reverse(true),
		good:    style(show.Good),
		warn:    style(show.Warning),
		alarm:   style(show.Alarm),
		button:  lipgloss.NewStyle().Reverse(true).Bold(true),
	}
	for c := range t.classes {
		t.classes[c] = style(show.Class(c).Role())
	}
	if ascii {
		t.cursor, t.cursorEnd, t.tick, t.live, t.paused = ">", "<", "+", "*", "#"
		t.ascending, t.descending, t.folded, t.unfolded = "^", "v", "+", "-"
		t.ok, t.bad, t.rule, t.bar = "+", "X", "-", "|"
		t.border = lipgloss.ASCIIBorder()
	}
	return t
}

// style is how a text of a role is drawn.
func style(r show.Role) lipgloss.Style {
	look := r.Look()
	s := lipgloss.NewStyle().Bold(look.Bold).Faint(look.Faint)
	if look.Color != nil {
		s = s.Foreground(look.Color)
	}
	return s
}
