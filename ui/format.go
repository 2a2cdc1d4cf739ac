package ui

import (
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
)

// age is a duration as one number and one unit: 3s, 12m, 2h, 4d.
func age(d time.Duration) string {
	switch {
	case d < 0:
		return "0s"
	case d < time.Minute:
		return strconv.Itoa(int(d/time.Second)) + "s"
	case d < time.Hour:
		return strconv.Itoa(int(d/time.Minute)) + "m"
	case d < 24*time.Hour:
		return strconv.Itoa(int(d/time.Hour)) + "h"
	}
	return strconv.Itoa(int(d/(24*time.Hour))) + "d"
}

// longAge is a duration as its two largest units: 42s, 12m, 2h 4m, 4d 3h.
func longAge(d time.Duration) string {
	switch {
	case d >= 24*time.Hour && d%(24*time.Hour) >= time.Hour:
		return age(d) + " " + age(d%(24*time.Hour))
	case d >= time.Hour && d < 24*time.Hour && d%time.Hour >= time.Minute:
		return age(d) + " " + age(d%time.Hour)
	}
	return age(d)
}

// seconds is a short duration for reading, not for reckoning: 40ms, 0.4s, 12s, 3m.
func seconds(d time.Duration) string {
	switch {
	case d < 100*time.Millisecond:
		return strconv.Itoa(int(d/time.Millisecond)) + "ms"
	case d < 10*time.Second && d%time.Second != 0:
		return strings.TrimSuffix(strconv.FormatFloat(d.Seconds(), 'f', 1, 64), ".0") + "s"
	}
	return age(d)
}

// count is a number with thousands separators: 12,408.
func count(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// counted is a number and its noun: 1 directory, 2 directories.
func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return count(n) + " " + many
}

// width is the number of cells a text takes, by the same reckoning as the renderer's.
func width(s string) int { return ansi.StringWidthWc(s) }

// pad fills s with spaces on the right until it is w cells wide.
func pad(s string, w int) string {
	if n := w - width(s); n > 0 {
		return s + strings.Repeat(" ", n)
	}
	return s
}

// padLeft fills s with spaces on the left until it is w cells wide.
func padLeft(s string, w int) string {
	if n := w - width(s); n > 0 {
		return strings.Repeat(" ", n) + s
	}
	return s
}

// shorten cuts s at its end to at most w cells, marking the cut.
func shorten(s string, w int, mark string) string {
	if width(s) <= w {
		return s
	}
	return ansi.TruncateWc(s, max(w, 0), mark)
}

// shortenMiddle cuts s in the middle to at most w cells, marking the cut: both
// ends of a path tell more than its middle.
func shortenMiddle(s string, w int, mark string) string {
	total := width(s)
	if total <= w {
		return s
	}
	keep := w - width(mark)
	if keep < 2 {
		return shorten(s, w, "")
	}
	right := (keep + 1) / 2
	end := ansi.TruncateLeftWc(s, total-right, "")
	if width(end) > right { // a wide character straddles the cut
		end = ansi.TruncateLeftWc(s, total-right+1, "")
	}
	return ansi.TruncateWc(s, keep-right, "") + mark + end
}

// spread puts left at the start and right at the end of a line w cells wide.
// Where both do not fit, left gives way.
func spread(left, right string, w int) string {
	space := w - width(left) - width(right)
	if space < 1 {
		left = ansi.TruncateWc(left, max(0, w-width(right)-1), "")
		space = w - width(left) - width(right)
	}
	return left + strings.Repeat(" ", max(space, 0)) + right
}
