package scan

import "lockscope/lock"

// aliases has the one path by which each directory is known, where a directory may be reached by two
// paths: through a bind mount, or a file system that is mounted twice. That path is the one that comes
// first in order. The map is nil where no mount makes a second path possible.
type aliases map[lock.FileID]string

// trackAliases begins to keep account of the directories' identities, or ends it where no mount makes
// a second path possible.
func (rs *records) trackAliases(possible bool) {
	switch {
	case !possible:
		rs.aliases = nil
	case rs.aliases == nil:
		rs.aliases = aliases{}
		for r := range rs.all() {
			rs.aliases[r.report.Evidence.Dir.Identity()] = r.path
		}
	}
}

// hasAlias reports whether a directory is known, or counted, by whichever path.
func (rs *records) hasAlias(dir lock.FileID) bool {
	path, ok := rs.aliases[dir.Identity()]
	return ok && (rs.counted.on || rs.find(path) != nil)
}

// claim decides by which path a directory is known, after it was reached by this one. If alias is true,
// it is known by another path, and this one is to be ignored. Otherwise it is known by this path from
// now on, and other is the path by which it was known before, if there is one: it is to be forgotten.
func (rs *records) claim(dir lock.FileID, path string) (other string, alias bool) {
	id := dir.Identity()
	if rs.aliases == nil || id == (lock.FileID{}) {
		return "", false
	}
	known, ok := rs.aliases[id]
	switch {
	case !ok || known == path,
		rs.find(known) == nil && !rs.counted.on,
		rs.find(known) == nil && rs.find(path) != nil: // it is counted, and looked at again by this path
		rs.aliases[id] = path
		return "", false
	case rs.counted.on || known < path: // where directories are only counted, any path will do
		return "", true
	}
	rs.aliases[id] = path
	return known, false
}
