package ui

import "charm.land/bubbles/v2/key"

// KeyMap is every key the screen knows. The help is made from it.
type KeyMap struct {
	Up, Down, PageUp, PageDown, HalfUp, HalfDown, Top, Bottom key.Binding

	Filter, Problems, State, AllStates, NextProblem, PrevProblem, Sort, Reverse, Group, Fold, Unfold key.Binding

	Detail, Back, Select, SelectAll, SelectNone, Break, CopyPath, CopyNext, Export key.Binding

	Log, Observe, Walk, Pause, Slower, Faster, Help, Suspend, Quit key.Binding

	// In the break dialog.
	Yes, No, Switch, Accept key.Binding
}

// DefaultKeyMap gives the keys that people know from k9s, lazygit, htop and gdu.
func DefaultKeyMap() KeyMap {
	bind := func(help, desc string, keys ...string) key.Binding {
		return key.NewBinding(key.WithKeys(keys...), key.WithHelp(help, desc))
	}
	return KeyMap{
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
		State:       bind("1…9", "one state, or more", "1", "2", "3", "4", "5", "6", "7", "8", "9"),
		AllStates:   bind("0", "all", "0"),
		NextProblem: bind("n", "next problem", "n"),
		PrevProblem: bind("N", "previous", "N"),
		Sort:        bind("s", "sort", "s"),
		Reverse:     bind("S", "reverse", "S"),

		Group:  bind("t", "group by directory, deeper", "t"),
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

		Export: bind("e", "write what is shown as JSON", "e"),

		Log:     bind("l", "log of changes and errors", "l"),
		Observe: bind("r", "rescan", "r"),
		Walk:    bind("R", "walk again", "R"),
		Pause:   bind("p", "pause, resume", "p"),
		Slower:  bind("+", "longer interval", "+", "="),
		Faster:  bind("-", "shorter", "-"),
		Help:    bind("?", "help", "?"),
		Suspend: bind("ctrl-z", "suspend", "ctrl+z"),
		Quit:    bind("q", "quit", "q", "ctrl+c"),

		Yes:    bind("y", "break", "y"),
		No:     bind("esc", "cancel", "esc", "n", "q"),
		Switch: bind("tab", "switch", "tab", "shift+tab", "left", "right"),
		Accept: bind("enter", "choose", "enter"),
	}
}

// ShortHelp is the line at the foot of the screen.
func (k KeyMap) ShortHelp() []key.Binding {
	return []key.Binding{k.Filter, k.Sort, k.Problems, k.Select, k.Break, k.Detail, k.CopyPath, k.Observe, k.Help, k.Quit}
}

// FullHelp is the help screen, by groups: see helpTitles.
func (k KeyMap) FullHelp() [][]key.Binding {
	return [][]key.Binding{
		{pair(k.Up, k.Down), pair(k.PageUp, k.PageDown), pair(k.HalfUp, k.HalfDown), pair(k.Top, k.Bottom),
			pair(k.NextProblem, k.PrevProblem), pair(k.Fold, k.Unfold)},
		{k.Filter, k.Problems, pair(k.State, k.AllStates), pair(k.Sort, k.Reverse), k.Group},
		{pair(k.Detail, k.Back), k.Select, pair(k.SelectAll, k.SelectNone), k.Break, pair(k.CopyPath, k.CopyNext), k.Export},
		{pair(k.Observe, k.Walk), k.Pause, pair(k.Slower, k.Faster), k.Log, k.Help, pair(k.Suspend, k.Quit)},
	}
}

var helpTitles = []string{"Move", "Find", "Act", "Watch"}

// pair is the help of two keys that belong together, on one line.
func pair(a, b key.Binding) key.Binding {
	x, y := a.Help(), b.Help()
	return key.NewBinding(key.WithKeys(append(a.Keys(), b.Keys()...)...), key.WithHelp(x.Key+" "+y.Key, x.Desc+", "+y.Desc))
}
