package find

import (
	"path"
	"strings"
)

// place is where a directory is, seen from what is to be looked for below its root: see Config.Only.
type place uint8

const (
	wanted place = iota // it is to be looked for, or is below one that is
	onWay               // one that is to be looked for may be below it
	besides
)

// placeOf returns where a directory is that is at a path below a root, which is not that of one that is wanted.
func (c *Config) placeOf(root, below string) place {
	globs, narrowed := c.Only[root]
	if !narrowed {
		return wanted
	}
	at := besides
	names := split(below)
	for _, glob := range globs {
		if parts := split(glob); len(parts) >= len(names) && matchNames(parts, names) {
			if len(parts) == len(names) {
				return wanted
			}
			at = onWay
		}
	}
	return at
}

// split returns the names in a path below a root.
func split(below string) []string {
	if below == "" {
		return nil
	}
	return strings.Split(below, "/")
}

// matchNames reports whether each name is matched by the glob in its place. As in a shell, a glob matches a name
// that begins with a dot only if it does so itself.
func matchNames(globs, names []string) bool {
	for i, name := range names {
		if name[0] == '.' && globs[i][0] != '.' {
			return false
		}
		if ok, _ := path.Match(globs[i], name); !ok {
			return false
		}
	}
	return true
}
