package show

import (
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// Apart is where a text differs from each of others, in bytes: how much of it is the beginning of
// one of them, at most.
func Apart(s string, others ...string) int {
	at := 0
	for _, other := range others {
		n := 0
		for n < min(len(s), len(other)) && s[n] == other[n] {
			n++
		}
		at = max(at, n)
	}
	for at > 0 && at < len(s) && !utf8.RuneStart(s[at]) {
		at--
	}
	return at
}

// ShortenAround cuts a path in the middle to at most w cells, as ShortenMiddle does, and keeps in
// sight what is at a byte of it: the whole name there, if there is room.
func ShortenAround(s string, at, w int, mark string) string {
	cut := Width(mark)
	left, right := (w-cut)/2, (w-cut+1)/2 // what ShortenMiddle keeps
	from := strings.LastIndexByte(s[:at], '/') + 1
	to := len(s)
	if i := strings.IndexByte(s[at:], '/'); i >= 0 {
		to = at + i
	}
	if Width(s) <= w || Width(s[:to]) <= left || Width(s[from:]) <= right {
		return ShortenMiddle(s, w, mark)
	}
	room := w - 2*cut
	if room < 1 {
		return Shorten(s[at:], w, "")
	}
	if Width(s[from:to]) > room { // of the name, what is there, and a little before it
		_, before := splitEnd(s[from:at], room/3)
		from = at - before
		to = from + len(ansi.TruncateWc(s[from:to], room, ""))
	}
	name := s[from:to]
	start := Shorten(s[:from], (room-Width(name))/2+cut, mark)
	end, _ := splitEnd(s[to:], w-Width(start)-Width(name))
	if end != s[to:] {
		end, _ = splitEnd(s[to:], w-Width(start)-Width(name)-cut)
		end = mark + end
	}
	return start + name + end
}

// splitEnd is the end of a text of at most w cells, and how many bytes that is.
func splitEnd(s string, w int) (end string, n int) {
	total := Width(s)
	if total <= w {
		return s, len(s)
	}
	end = ansi.TruncateLeftWc(s, total-w, "")
	if Width(end) > w { // a wide character straddles the cut
		end = ansi.TruncateLeftWc(s, total-w+1, "")
	}
	return end, len(end)
}

// BreakPath breaks a path into lines of at most w cells, after a slash where there is one. Nothing of
// it is left out: every space counts.
func BreakPath(path string, w int) (lines []string) {
	for Width(path) > w {
		line := cut(path, w, "")
		if i := strings.LastIndexByte(line, '/'); i > 0 {
			line = line[:i+1]
		}
		if line == "" { // not even one character fits
			_, size := utf8.DecodeRuneInString(path)
			line = path[:size]
		}
		if line == path {
			break
		}
		lines, path = append(lines, line), path[len(line):]
	}
	return append(lines, path)
}
