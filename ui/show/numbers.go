package show

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Age is a duration as one number and one unit: 3s, 12m, 2h, 4d.
func Age(d time.Duration) string {
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

// LongAge is a duration as its two largest units: 42s, 12m, 2h 4m, 4d 3h.
func LongAge(d time.Duration) string {
	switch {
	case d >= 24*time.Hour && d%(24*time.Hour) >= time.Hour:
		return Age(d) + " " + Age(d%(24*time.Hour))
	case d >= time.Hour && d < 24*time.Hour && d%time.Hour >= time.Minute:
		return Age(d) + " " + Age(d%time.Hour)
	}
	return Age(d)
}

// Seconds is a short duration for reading, not for reckoning: 40ms, 0.4s, 12s, 3m.
func Seconds(d time.Duration) string {
	switch {
	case d > 0 && d < time.Millisecond:
		return "<1ms"
	case d < 100*time.Millisecond:
		return strconv.Itoa(int(d/time.Millisecond)) + "ms"
	case d < 10*time.Second && d%time.Second != 0:
		return strings.TrimSuffix(strconv.FormatFloat(d.Seconds(), 'f', 1, 64), ".0") + "s"
	}
	return Age(d)
}

// Count is a number with thousands separators: 12,408.
func Count(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Proportions divides cells among counts, in proportion. The largest has what the others leave: each that
// is not zero has a cell at least, as far as there are cells.
func Proportions(counts []int, cells int) []int {
	total := 0
	for _, n := range counts {
		total += n
	}
	out := make([]int, len(counts))
	if total == 0 {
		return out
	}
	largest := slices.Index(counts, slices.Max(counts))
	left := cells - 1
	for i, n := range counts {
		if n > 0 && i != largest {
			out[i] = min(max(n*cells/total, 1), left)
			left -= out[i]
		}
	}
	out[largest] = left + 1
	return out
}

// Counted is a number and its noun: 1 directory, 2 directories.
func Counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Count(n) + " " + many
}

// LostHosts says how many hosts are lost.
func LostHosts(n int) string { return Counted(n, "host", "hosts") + " lost" }

// Short is a duration of which fractions of a millisecond matter: 0.4ms, 38.2ms, 4.1s, 3m.
func Short(d time.Duration) string {
	if d < time.Second {
		return strings.TrimSuffix(strconv.FormatFloat(float64(d.Microseconds())/1000, 'f', 1, 64), ".0") + "ms"
	}
	return Seconds(d)
}
