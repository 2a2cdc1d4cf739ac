package doctor

import "strconv"

// counted is a number and its noun: 1 directory, 2 directories.
func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
