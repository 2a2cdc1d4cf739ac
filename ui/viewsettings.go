package ui

import (
	"fmt"

	"lockscope/scan/report"
	"lockscope/ui/list"
	"lockscope/ui/show"
)

// View is what the screen begins with. The zero value is what it begins with by itself.
type View struct {
	ProblemsOnly bool
	Filter       string // as it is typed
	Reverse      bool   // sort the other way round

	sort   show.Column
	groups list.Grouping
	hidden show.Columns
	detail detailMode
}

// SetSort sorts by a column: state, directory, pidfile, holder, command or since.
func (v *View) SetSort(column string) (err error) {
	v.sort, err = show.ParseColumn(column)
	return err
}

// SetGroups groups by root, by parent, by a number of parts of the paths, or, by none, not at all.
func (v *View) SetGroups(by string) (err error) {
	v.groups, err = list.ParseGrouping(by)
	return err
}

// SetColumns shows these columns beside STATE and DIRECTORY, which are always there.
func (v *View) SetColumns(names []string) error {
	var shown show.Columns
	for _, name := range names {
		c, err := show.ParseColumn(name)
		if err != nil {
			return err
		}
		shown |= show.Columns(0).Toggle(c)
	}
	v.hidden = 0
	for _, c := range choosable {
		if !shown.Has(c) {
			v.hidden = v.hidden.Toggle(c)
		}
	}
	return nil
}

// SetDetail has the detail shown or hidden.
func (v *View) SetDetail(mode string) error {
	switch mode {
	case "shown":
		v.detail = detailShown
	case "hidden":
		v.detail = detailHidden
	default:
		return fmt.Errorf("unknown detail %q (valid: shown, hidden)", mode)
	}
	return nil
}

// begin shows what the view says, or these states alone, if there are any. Groups begin as an overview.
func (m *model) begin(v View, states []report.State) {
	m.list.Sort(list.Order{Column: v.sort, Reverse: v.Reverse})
	m.list.Group(v.groups, true)
	m.hidden, m.detail = v.hidden, v.detail
	var classes show.Classes
	if v.ProblemsOnly {
		classes = show.Problems
	}
	if len(states) > 0 {
		classes = 0
	}
	for _, s := range states {
		classes |= show.Only(show.ClassOfState(s))
	}
	m.list.ShowClasses(classes)
	m.filter.set(v.Filter)
}
