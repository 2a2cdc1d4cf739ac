package print

import "lockscope/ui/show"

// fitColumns divides the cells of a line among columns that would like to have widths. One
// that is left out gets 0.
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
