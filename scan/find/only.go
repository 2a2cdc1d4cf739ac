package find

import (
	"path"
	"strings"
)

// place is where a directory is, as seen from what the globs of its root match: see Config.Only.
type place uint8

const (
	inside place = iota // a glob matches it, or a directory above it
	above               // a glob may match something below it
	outside
)

// placeOf returns where a directory is, by its path below a root. The directory above it is not inside.
func (c *Config) placeOf(root, below string) place {
	globs, narrowed := c.Only[root]
	if !narrowed {
		return inside
	}
	at := outside
	names := split(below)
	for _, glob := range globs {
		if parts := split(glob); len(parts) >= len(names) && matchNames(parts, names) {
			if len(parts) == len(names) {
				return inside
			}
			at = above
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
