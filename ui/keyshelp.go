package ui

import (
	"slices"

	"charm.land/bubbles/v2/key"
)

// helpGroup is a column of the help.
type helpGroup struct {
	title string
	keys  []key.Binding
}

// help is all that the help has, by groups.
func (k *keyMap) help() []helpGroup {
	return []helpGroup{
		{"Move", []key.Binding{pair(k.Up, k.Down), pair(k.PageUp, k.PageDown), pair(k.HalfUp, k.HalfDown), pair(k.Top, k.Bottom),
			pair(k.NextProblem, k.PrevProblem), pairAs(k.Fold, k.Unfold, "fold, unfold a group")}},
		{"Find", []key.Binding{k.Filter, pairAs(k.Problems, k.AllStates, "problems only, all states"), k.State, pairAs(k.Sort, k.Reverse, "sort by the next column, reverse"),
			pairAs(k.Group, k.FoldAll, "groups, fold or unfold all"), pairAs(k.Left, k.Right, "scroll what is cut into sight"), pairAs(k.Columns, k.Columns, "choose columns")}},
		{"Act", []key.Binding{pairAs(k.Detail, k.Back, "detail, back or show all"), pairAs(k.Select, k.Select, "select this one"), pairAs(k.SelectAll, k.SelectNone, "select all shown, none"),
			pairAs(k.Break, k.Break, "break what is stale"), pairAs(k.CopyPath, k.CopyNext, "copy path, next command"), k.Export}},
		{"Watch", []key.Binding{pairAs(k.Observe, k.Walk, "look again, walk again"), k.Pause, pairAs(k.Slower, k.Faster, "longer, shorter interval"),
			pair(k.Log, k.Holders), pair(k.Help, k.Redraw), pair(k.Suspend, k.Quit)}},
	}
}

// detailHelp are all that work there.
func (k *keyMap) detailHelp() []key.Binding {
	return slices.Concat(k.detail(), []key.Binding{pair(k.PageUp, k.PageDown), pair(k.HalfUp, k.HalfDown), pair(k.Top, k.Bottom),
		pair(k.Log, k.Holders), pair(k.Observe, k.Walk), k.Pause, pair(k.Slower, k.Faster)})
}

// listingHelp are all that work there.
func (k *keyMap) listingHelp(of mode) []key.Binding {
	moves := []key.Binding{pair(k.PageUp, k.PageDown), pair(k.HalfUp, k.HalfDown)}
	if of == modeHolders {
		return slices.Concat(k.listing(of), []key.Binding{k.Reverse}, moves, []key.Binding{pair(k.Top, k.Bottom)})
	}
	newest := k.Top
	newest.SetHelp(newest.Help().Key, "the newest, from now on")
	unfold := pair(k.Fold, k.Unfold)
	unfold.SetHelp(unfold.Help().Key, "fold, unfold what is one line")
	return slices.Concat(k.listing(of), []key.Binding{unfold, k.CopyPath}, moves, []key.Binding{newest, k.Bottom})
}
