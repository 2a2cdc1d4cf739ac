package ui

import (
	"charm.land/bubbles/v2/help"
	"charm.land/bubbles/v2/textinput"
	"charm.land/lipgloss/v2"

	"lockscope/ui/show"
)

// theme is how everything looks: the characters, and the styles. What the roles look like stands in
// package show, since it is the same where there is no screen.
type theme struct {
	chars show.Charset

	cursor, cursorEnd, tick, live, paused   string
	ascending, descending, folded, unfolded string
	ok, bad, rule, bar                      string
	border                                  lipgloss.Border

	roles                                 [show.RoleCount]lipgloss.Style
	name, dim, strong, key, head, reverse lipgloss.Style
	good, warn, alarm, button             lipgloss.Style
}

// newTheme has, with ascii, no other characters.
func newTheme(ascii bool) theme {
	t := theme{
		chars:  show.NewCharset(ascii),
		cursor: "▌", cursorEnd: "▐", tick: "✓", live: "●", paused: "■",
		ascending: "▲", descending: "▼", folded: "▸", unfolded: "▾",
		ok: "✓", bad: "✖", rule: "─", bar: "│", border: lipgloss.RoundedBorder(),
	}
	if ascii {
		t.cursor, t.cursorEnd, t.tick, t.live, t.paused = ">", "<", "+", "*", "#"
		t.ascending, t.descending, t.folded, t.unfolded = "^", "v", "+", "-"
		t.ok, t.bad, t.rule, t.bar = "+", "X", "-", "|"
		t.border = lipgloss.ASCIIBorder()
	}
	for r := range show.RoleCount {
		look := r.Look()
		t.roles[r] = lipgloss.NewStyle().Bold(look.Bold).Faint(look.Faint)
		if look.Color != nil {
			t.roles[r] = t.roles[r].Foreground(look.Color)
		}
	}
	t.dim, t.strong = t.roles[show.Dim], t.roles[show.Strong]
	t.good, t.warn, t.alarm = t.roles[show.Good], t.roles[show.Warning], t.roles[show.Alarm]
	t.name, t.key, t.head = t.strong, t.strong, t.dim
	t.reverse = lipgloss.NewStyle().Reverse(true)
	t.button = t.reverse.Bold(true)
	return t
}

// class is how the word for a class is drawn.
func (t *theme) class(c show.Class) lipgloss.Style { return t.roles[c.Role()] }

// helpStyles are for the keys at the foot.
func (t *theme) helpStyles() help.Styles {
	return help.Styles{ShortKey: t.key, ShortDesc: t.dim, ShortSeparator: t.dim}
}

// inputStyles are for the filter's line.
func (t *theme) inputStyles() textinput.Styles {
	s := textinput.DefaultStyles(true)
	s.Focused.Prompt, s.Focused.Suggestion = t.key, t.dim
	s.Cursor.Color = nil
	return s
}

// frame is what dialogs stand in.
func (t *theme) frame() lipgloss.Style { return lipgloss.NewStyle().Border(t.border) }
