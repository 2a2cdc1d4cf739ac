package ui

import (
	"slices"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// keyMap is every key that the screen knows. The help is made from it.
type keyMap struct {
	Up, Down, PageUp, PageDown, HalfUp, HalfDown, Top, Bottom key.Binding

	Filter, Problems, State, AllStates, NextProblem, PrevProblem, Sort, Reverse, Group, FoldAll, Fold, Unfold, Left, Right, Columns key.Binding

	Detail, Back, Select, SelectAll, SelectNone, Break, CopyPath, CopyNext, Export key.Binding

	Log, Holders, Observe, Walk, Pause, Slower, Faster, Help, Redraw, Suspend, Quit key.Binding

	Interrupt key.Binding // quits wherever one is

	// In the filter's line. Letters belong to its text.
	Keep, Clear, Leave, Older, Newer, Move key.Binding

	Page key.Binding // where a text covers the table

	// In the break dialog: while it asks, while it breaks, and once it tells what came of it.
	Yes, No, Switch, Accept, Erase key.Binding
	Confirm                        key.Binding // Accept, with several targets
	Stop, Close                    key.Binding
}

// newKeyMap has the keys that people know from k9s, lazygit, htop and gdu. With ascii, the help
// is spelled in it.
func newKeyMap(ascii bool) keyMap {
	bind := func(help, desc string, keys ...string) key.Binding {
		return key.NewBinding(key.WithKeys(keys...), key.WithHelp(help, desc))
	}
	k := keyMap{
		Up:       bind("↑ k", "up", "up", "k"),
		Down:     bind("↓ j", "down", "down", "j"),
		PageUp:   bind("PgUp", "page up", "pgup", "ctrl+b"),
		PageDown: bind("PgDn", "down", "pgdown", "ctrl+f"),
		HalfUp:   bind("ctrl-u", "half a page up", "ctrl+u"),
		HalfDown: bind("ctrl-d", "down", "ctrl+d"),
		Top:      bind("g Home", "top", "g", "home"),
		Bottom:   bind("G End", "bottom", "G", "end"),

		Filter:      bind("/", "filter", "/"),
		Problems:    bind("!", "problems", "!"),
		State:       bind("1…9", "this state, or more of them", "1", "2", "3", "4", "5", "6", "7", "8", "9"),
		AllStates:   bind("0", "all", "0"),
		NextProblem: bind("n", "next problem", "n"),
		PrevProblem: bind("N", "previous", "N"),
		Sort:        bind("s", "sort", "s"),
		Reverse:     bind("S", "reverse", "S"),

		FoldAll: bind("T", "fold or unfold all", "T"),
		Left:    bind("<", "scroll the columns back", "<"),
		Right:   bind(">", "on", ">"),
		Columns: bind("c", "columns", "c"),

		Group:  bind("t", "groups", "t"),
		Fold:   bind("←", "fold", "left"),
		Unfold: bind("→", "unfold", "right"),

		Detail:     bind("enter", "detail", "enter"),
		Back:       bind("esc", "back, show all", "esc"),
		Select:     bind("space", "select", "space"),
		SelectAll:  bind("a", "select all shown", "a"),
		SelectNone: bind("u", "none", "u"),
		Break:      bind("B", "break", "B"),
		CopyPath:   bind("y", "copy", "y"),
		CopyNext:   bind("Y", "its command", "Y"),

		Export: bind("e", "write as JSON", "e"),

		Holders: bind("h", "holders", "h"),
		Log:     bind("l", "log", "l"),
		Observe: bind("r", "rescan", "r"),
		Walk:    bind("R", "walk again", "R"),
		Pause:   bind("p", "pause", "p"),
		Slower:  bind("+", "longer interval", "+", "="),
		Faster:  bind("-", "shorter", "-"),
		Help:    bind("?", "help", "?"),
		Redraw:  bind("ctrl-l", "redraw", "ctrl+l"),
		Suspend: bind("ctrl-z", "suspend", "ctrl+z"),
		Quit:    bind("q", "quit", "q", "ctrl+c"),

		Interrupt: bind("ctrl-c", "quit", "ctrl+c"),

		Keep:  bind("enter", "keeps it", "enter"),
		Clear: bind("esc", "clears it", "esc"),
		Leave: bind("ctrl-c", "leaves it as it was", "ctrl+c"),
		Older: bind("↑", "the filters before", "up"),
		Newer: bind("↓", "after", "down"),
		Move:  bind("PgUp PgDn", "move", "pgup", "pgdown"),

		Page: bind("space", "page", "space"),

		Yes:     bind("y", "break", "y"),
		No:      bind("esc", "cancel", "esc", "n", "q"),
		Switch:  bind("tab", "switch", "tab", "shift+tab", "left", "right"),
		Accept:  bind("enter", "choose", "enter"),
		Erase:   bind("backspace", "erase", "backspace"),
		Confirm: bind("number, enter", "break", "enter"),
		Stop:    bind("esc", "stop after this one", "esc", "n", "q"),
		Close:   bind("enter", "close", "enter", "esc", "n", "q"),
	}
	if ascii {
		k.Up.SetHelp("k", k.Up.Help().Desc)
		k.Down.SetHelp("j", k.Down.Help().Desc)
		k.Fold.SetHelp("left", k.Fold.Help().Desc)
		k.Unfold.SetHelp("right", k.Unfold.Help().Desc)
		k.Older.SetHelp("up", k.Older.Help().Desc)
		k.State.SetHelp("1-9", k.State.Help().Desc)
	}
	return k
}

// table are the keys at the foot of the screen while the table has them.
func (k *keyMap) table() []key.Binding {
	return []key.Binding{k.Filter, k.Sort, k.Problems, k.NextProblem, k.Group, k.Select, k.Break, k.Detail, k.CopyPath, k.CopyNext,
		k.Log, k.Holders, k.Observe, k.Pause, k.Columns, k.Export, k.Help, k.Quit}
}

// leastNeeded are the keys that the foot drops first where it is short.
func (k *keyMap) leastNeeded() []key.Binding {
	return []key.Binding{k.scroll(), k.otherProblem(), k.Export, k.Columns, k.Pause, k.Group, k.CopyNext, k.NextProblem, k.Log, k.Holders, k.Observe, k.CopyPath, k.Sort, k.Select, k.Problems, k.Break, k.Filter, k.Detail}
}

// detail are the keys at the foot while the detail has the body.
func (k *keyMap) detail() []key.Binding {
	back := k.Back
	back.SetHelp("esc q", "back")
	return []key.Binding{back, k.Page, k.Break, k.CopyPath, k.CopyNext, k.Help, k.otherProblem(), k.scroll()}
}

// otherProblem and scroll are pairs as the foot of the detail tells them.
func (k *keyMap) otherProblem() key.Binding {
	b := pair(k.NextProblem, k.PrevProblem)
	b.SetHelp(b.Help().Key, "another problem")
	return b
}

func (k *keyMap) scroll() key.Binding {
	b := pair(k.Up, k.Down)
	b.SetHelp(b.Help().Key, "scroll")
	return b
}

// text are the keys at the foot while another text has the body.
func (k *keyMap) text() []key.Binding {
	back := k.Back
	back.SetHelp(back.Help().Key, "back")
	return []key.Binding{back, pair(k.Up, k.Down), pair(k.PageUp, k.PageDown)}
}

// listing are the keys at the foot while the log or the holders have the body.
func (k *keyMap) listing(of mode) []key.Binding {
	back, act, write := k.Back, k.Detail, k.Export
	back.SetHelp("esc q", "back")
	write.SetHelp(write.Help().Key, "write")
	if of == modeHolders {
		act.SetHelp(act.Help().Key, "its directories")
		return []key.Binding{back, act, k.Filter, k.Sort, write, k.Help, k.scroll()}
	}
	act.SetHelp(act.Help().Key, "goes there")
	return []key.Binding{back, act, k.Filter, k.Problems, write, k.Help, k.scroll()}
}

// leastNeededIn are those of a list that the foot drops first where it is short: all but the ways back, on and
// to the help.
func (k *keyMap) leastNeededIn(listing []key.Binding) []key.Binding {
	least := slices.DeleteFunc(slices.Clone(listing[2:]), func(b key.Binding) bool { return b.Help() == k.Help.Help() })
	slices.Reverse(least)
	return least
}

// dialog are the keys at the foot while the break dialog is open.
func (k *keyMap) dialog(d *dialog) []key.Binding {
	switch {
	case d.phase == phaseBreak:
		return []key.Binding{k.Stop}
	case d.phase == phaseResult:
		return []key.Binding{k.Close}
	case len(d.targets) > 1:
		return []key.Binding{k.Confirm, k.No}
	}
	return []key.Binding{k.Yes, k.Switch, k.Accept, k.No}
}

// motion is where a key leads that moves: from a line, over pages of so many lines, or to the last line.
// The line that it leads to may be out of bounds.
func (k *keyMap) motion(press tea.KeyPressMsg, line, page, last int) (to int, moves bool) {
	switch {
	case key.Matches(press, k.Up):
		return line - 1, true
	case key.Matches(press, k.Down):
		return line + 1, true
	case key.Matches(press, k.PageUp):
		return line - page, true
	case key.Matches(press, k.PageDown):
		return line + page, true
	case key.Matches(press, k.HalfUp):
		return line - page/2, true
	case key.Matches(press, k.HalfDown):
		return line + page/2, true
	case key.Matches(press, k.Top):
		return 0, true
	case key.Matches(press, k.Bottom):
		return last, true
	}
	return 0, false
}

// pair is the help of two keys that belong together, on one line.
func pair(a, b key.Binding) key.Binding {
	return pairAs(a, b, a.Help().Desc+", "+b.Help().Desc)
}

// pairAs is pair in other words. Both may be the same key.
func pairAs(a, b key.Binding, desc string) key.Binding {
	text, keys := a.Help().Key, a.Keys()
	if other := b.Help().Key; other != text {
		text, keys = text+" "+other, append(keys, b.Keys()...)
	}
	both := key.NewBinding(key.WithKeys(keys...), key.WithHelp(text, desc))
	both.SetEnabled(a.Enabled())
	return both
}
