package ui

import "lockscope/ui/show"

// printedGap is the space between two columns.
const printedGap = 2

// narrower are the steps by which a table becomes narrower: which column gives way, and
// down to how many cells.
var narrower = []struct {
	column show.Column
	least  int
}{
	{show.ColumnCommand, 20}, {show.ColumnDirectory, 40}, {show.ColumnCommand, 8}, {show.ColumnDirectory, 20},
}

// firstToGo are the columns that are left out, one after the other, where that does not do.
var firstToGo = []show.Column{show.ColumnCommand, show.ColumnSince, show.ColumnHolder, show.ColumnPidfile}

// fitColumns divides the cells of a line among columns that would like to have widths. One
// that is left out gets 0.
func fitColumns(widths []int, line int) []int {
	fitted := make([]int, len(widths))
	over := func() int { // by how much the columns are too wide
		n := -printedGap - line
		for _, w := range fitted {
			if w > 0 {
				n += w + printedGap
			}
		}
		return max(n, 0)
	}
	for gone := 0; gone <= len(firstToGo); gone++ {
		copy(fitted, widths)
		for _, column := range firstToGo[:gone] {
			fitted[column] = 0
		}
		for _, step := range narrower {
			if w := &fitted[step.column]; *w > step.least {
				*w = max(*w-over(), step.least)
			}
		}
		if over() == 0 {
			return fitted
		}
	}
	fitted[show.ColumnDirectory] = max(fitted[show.ColumnDirectory]-over(), 1)
	return fitted
}
