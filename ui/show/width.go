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

// Wrap breaks text into lines of at most w cells, at spaces where there are any.
func Wrap(text string, w int) []string {
	if text == "" {
		return nil
	}
	return strings.Split(ansi.WrapWc(text, max(w, 1), ""), "\n")
}
