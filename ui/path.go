package ui

import (
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// shownPath shows paths relative to their root; where there are several roots,
// relative to the directory they have in common, since two directories must
// not look the same.
type shownPath struct {
	base  string
	theme *theme
}

func newShownPath(roots []string, t *theme) shownPath {
	if len(roots) == 0 {
		return shownPath{theme: t}
	}
	base := roots[0]
	for _, root := range roots[1:] {
		for base != "/" && base != "." && root != base && !strings.HasPrefix(root, base+"/") {
			base = filepath.Dir(base)
		}
	}
	return shownPath{base, t}
}

// of is the path as the table shows it: escaped, not shortened.
func (p shownPath) of(path string) string {
	if path == p.base {
		return "."
	}
	if rest, ok := strings.CutPrefix(path, p.base+"/"); ok && p.base != "" {
		path = rest
	}
	return p.theme.escape(path)
}

// width is the number of cells that the table needs for a path.
func (p shownPath) width(path string) int {
	text := p.of(path)
	if n := utf8.RuneCountInString(text); n == len(text) { // ASCII, as nearly always
		return n
	}
	return width(text)
}
