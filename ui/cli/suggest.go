package cli

import "strings"

// suggestion is the end of an error about a word that is not among the valid ones: the one that was probably
// meant, or else all of them.
func suggestion(word string, valid []string) string {
	if best := closest(word, valid); best != "" {
		return "; did you mean " + best + "?"
	}
	return " (valid: " + strings.Join(valid, ", ") + ")"
}

// closest is the valid word that was probably meant, "" if there is none like it.
func closest(word string, valid []string) (best string) {
	if len(word) > mostSuggested {
		return ""
	}
	least := max(len(word)/3, 1) + 1
	for _, v := range valid {
		if strings.HasSuffix(v, "."+word) { // a key of a table, outside it
			return v
		}
		if d := distance(strings.ToLower(word), v); d < least {
			best, least = v, d
		}
	}
	return best
}

// distance is how many letters have to be put in, taken out, changed, or swapped with the next one, to make one
// word of the other (the optimal string alignment distance).
func distance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		for j := range rows[i] {
			if i == 0 || j == 0 {
				rows[i][j] = i + j
				continue
			}
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
