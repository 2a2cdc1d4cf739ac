package show

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Width is the number of cells a text takes, by the same reckoning as the renderer's.
func Width(s string) int { return ansi.StringWidthWc(s) }

// Pad fills s with spaces on the right until it is w cells wide.
func Pad(s string, w int) string {
	if n := w - Width(s); n > 0 {
		return s + strings.Repeat(" ", n)
	}
	return s
}

// PadLeft fills s with spaces on the left until it is w cells wide.
func PadLeft(s string, w int) string {
	if n := w - Width(s); n > 0 {
		return strings.Repeat(" ", n) + s
	}
	return s
}

// Shorten cuts s at its end to at most w cells, marking the cut.
func Shorten(s string, w int, mark string) string {
	if Width(s) <= w {
		return s
	}
	return cut(s, w, mark)
}

// cut does what ansi.TruncateWc does, and sees to it that the result is not too wide: that takes a letter and
// a mark that belongs to it to be as wide as the letter, which the renderer does not.
func cut(s string, w int, mark string) string {
	for n := max(w, 0); n > 0; n-- {
		if got := ansi.TruncateWc(s, n, mark); Width(got) <= w {
			return got
		}
	}
	return ""
}

// ShortenMiddle cuts s in the middle to at most w cells, marking the cut: both
// ends of a path tell more than its middle.
func ShortenMiddle(s string, w int, mark string) string {
	total := Width(s)
	if total <= w {
		return s
	}
	keep := w - Width(mark)
	if keep < 2 {
		return Shorten(s, w, "")
	}
	right := (keep + 1) / 2
	end := ansi.TruncateLeftWc(s, total-right, "")
	for n := total - right + 1; Width(end) > right; n++ { // a wide character straddles the cut
		end = ansi.TruncateLeftWc(s, n, "")
	}
	return cut(s, keep-right, "") + mark + end
}

// Spread puts left at the start and right at the end of a line w cells wide.
// Where both do not fit, left gives way.
func Spread(left, right string, w int) string {
	space := w - Width(left) - Width(right)
	if space < 1 {
		left = cut(left, w-Width(right)-1, "")
		space = w - Width(left) - Width(right)
	}
	return left + strings.Repeat(" ", max(space, 0)) + right
}

// Wrap breaks text into lines of at most w cells, at spaces. A word that is longer than a line, as a path may be, is
// broken as BreakPath does: no other word is, so that it can be copied, and no flag is taken for another.
func Wrap(text string, w int) (lines []string) {
	for paragraph := range strings.SplitSeq(text, "\n") {
		line, started := "", false
		for word := range strings.SplitSeq(paragraph, " ") { // of two spaces the second is a word of no length
			switch {
			case !started:
				line, started = word, true
			case Width(line)+1+Width(word) <= w:
				line += " " + word
				continue
			default:
				lines, line = append(lines, strings.TrimRight(line, " ")), word
			}
			if Width(line) > w {
				broken := BreakPath(line, max(w, 1))
				lines, line = append(lines, broken[:len(broken)-1]...), broken[len(broken)-1]
			}
		}
		lines = append(lines, line)
	}
	if text == "" {
		return nil
	}
	return lines
}
