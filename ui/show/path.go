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
func (p Paths) Of(path string) string {
	if path == p.Base {
		return "."
	}
	if rest, ok := strings.CutPrefix(path, p.Base+"/"); ok && p.Base != "" {
		path = rest
	}
	return p.Chars.Escape(path)
}

// Width is the number of cells that the table needs for a path.
func (p Paths) Width(path string) int {
	text := p.Of(path)
	if n := utf8.RuneCountInString(text); n == len(text) { // ASCII, as nearly always
		return n
	}
	return Width(text)
}
