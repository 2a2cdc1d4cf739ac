package print

import "lockscope/ui/show"

// fitColumns returns the widths of the columns in a line of so many cells, where widths is what they need.
// A column that is left out has width 0.
func fitColumns(widths []int, line int) []int {
	fitted := make([]int, len(widths))
	over := func() int { // by how much the columns are too wide
		n := -columnGap - line
		for _, w := range fitted {
			if w > 0 {
				n += w + columnGap
			}
		}
		return max(n, 0)
	}
	for dropped := 0; dropped <= len(dropOrder); dropped++ {
		copy(fitted, widths)
		for _, column := range dropOrder[:dropped] {
			fitted[column] = 0
		}
		for _, step := range shrinkSteps {
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
