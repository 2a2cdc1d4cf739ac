package show

import (
	"path"
	"strings"
	"unicode/utf8"
)

// Paths shows paths relative to their root. With several roots that is the directory that these
// have in common: two directories must not look the same.
type Paths struct {
	Base  string   // what they are relative to; empty if there is no root
	Chars *Charset // what they are written with
}

// NewPaths is for paths below these roots, which are absolute.
func NewPaths(roots []string, chars *Charset) Paths {
	if len(roots) == 0 {
		return Paths{Chars: chars}
	}
	base := roots[0]
	for _, root := range roots[1:] {
		for base != "/" && base != "." && root != base && !strings.HasPrefix(root, base+"/") {
			base = path.Dir(base)
		}
	}
	return Paths{base, chars}
}

// Of is the path as the table shows it: escaped, not shortened.
func (p Paths) Of(path string) string { return p.Chars.Escape(p.relative(path)) }

// Without is Of for a path without its tail, which all paths have: see CommonTail.
func (p Paths) Without(tail, path string) string {
	return p.Chars.Escape(strings.TrimSuffix(p.relative(path), tail))
}

// relative is the path below the base, as it is.
func (p Paths) relative(path string) string {
	if path == p.Base {
		return "."
	}
	if rest, ok := strings.CutPrefix(path, p.Base+"/"); ok && p.Base != "" {
		return rest
	}
	return path
}

// Tail is all of a path that CommonTail may find it to have in common with others: what comes after
// the first name below the base.
func (p Paths) Tail(path string) string {
	rel := p.relative(path)
	if i := strings.IndexByte(rel[min(1, len(rel)):], '/'); i >= 0 {
		return rel[i+1:]
	}
	return ""
}

// CommonTail is the part of a tail, of whole names, that a path has in its tail too.
func (p Paths) CommonTail(tail, path string) string {
	if tail == "" || strings.HasSuffix(path, tail) && len(p.relative(path)) > len(tail) {
		return tail
	}
	other := p.Tail(path)
	n := 0
	for n < min(len(tail), len(other)) && tail[len(tail)-n-1] == other[len(other)-n-1] {
		n++
	}
	common := tail[len(tail)-n:]
	if i := strings.IndexByte(common, '/'); i >= 0 {
		return common[i:]
	}
	return ""
}

// LastName is what a path ends with, as it is: "data" of eu/tenant-7/data.
func LastName(p string) string { return path.Base(p) }

// Width is the number of cells that the table needs for a path.
func (p Paths) Width(path string) int {
	text := p.Of(path)
	if n := utf8.RuneCountInString(text); n == len(text) { // ASCII, as nearly always
		return n
	}
	return Width(text)
}

// ShortenPath cuts a path in the middle to at most w cells, marking the cut. The name that tells it apart
// from those beside it stays whole where that leaves room for where the path begins. That is the last one
// or, where that is the usual one, such as "data", the one before, and the usual one is cut first.
func ShortenPath(text, usual string, w int, mark string) string {
	if Width(text) <= w {
		return text
	}
	if base, ok := strings.CutSuffix(text, "/"+usual); ok && usual != "" && w > 2*leastBeginning {
		end := "/" + mark
		return shortenNamed(base, w-Width(end), mark) + end
	}
	return shortenNamed(text, w, mark)
}

// shortenNamed cuts a path in the middle, and keeps its last name whole if it can.
func shortenNamed(text string, w int, mark string) string {
	if Width(text) <= w {
		return text
	}
	if i := strings.LastIndexByte(text, '/'); i >= 0 {
		last := mark + text[i:]
		if room := w - Width(last); room >= leastBeginning {
			return Shorten(text[:i], room, "") + last
		}
	}
	return ShortenMiddle(text, w, mark)
}
