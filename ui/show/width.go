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

// wholeHyphen stands for a hyphen at which a line is not broken. It is of private use, and so in no text that is safe
// to show.
const wholeHyphen = "\ue000"

// Wrap breaks text into lines of at most w cells, at spaces where there are any, and a path that is longer than a line
// after a slash. It does not break at hyphens: they are in paths, names and flags, which are copied from the screen.
func Wrap(text string, w int) []string {
	if text == "" {
		return nil
	}
	w = max(w, 1)
	words := strings.Split(text, " ")
	for i, word := range words {
		if Width(word) > w {
			words[i] = breakPath(word, w)
		}
	}
	text = ansi.WrapWc(strings.ReplaceAll(strings.Join(words, " "), "-", wholeHyphen), w, "")
	text = ansi.HardwrapWc(text, w, true) // after a leading space it leaves a line too long
	return strings.Split(strings.ReplaceAll(text, wholeHyphen, "-"), "\n")
}

// breakPath breaks a word that is longer than a line of w cells, where a line is full, after the slash before that.
func breakPath(word string, w int) string {
	var b strings.Builder
	room := w
	for part := range strings.SplitAfterSeq(word, "/") {
		if n := Width(part); n <= room || room == w {
			room -= n
		} else {
			b.WriteByte('\n')
			room = w - n
		}
		b.WriteString(part)
	}
	return b.String()
}
