package observe

import (
	"slices"

	"lockscope/lock/proc"
)

// Known is the set of lock files that directories have now, in the terms of lock lines. It may be
// read concurrently.
type Known struct {
	files   map[proc.File]bool
	devices map[uint64]bool // of the files
	covered map[uint64]bool // devices without any, on which a mount may cover a lock file
	shared  bool            // on some device, an inode number does not say which file it is
}

// NewKnown returns an empty set with room for size files.
func NewKnown(size int) *Known {
	return &Known{files: make(map[proc.File]bool, size), devices: map[uint64]bool{}}
}

// Add adds a lock file. shared says that another file on its device may have the same inode number.
func (k *Known) Add(file proc.File, shared bool) {
	k.files[file], k.devices[file.Dev] = true, true
	k.shared = k.shared || shared
}

// covering returns the set together with the devices of the mounts above and below the roots: before
// the next mount covered it, a directory may have been on any of them.
func (s *Session) covering(known *Known, roots []string) *Known {
	k := *known
	k.covered = map[uint64]bool{}
	for _, m := range s.mounts.ours {
		leads := func(root string) bool { return proc.Within(root, m.Point) || proc.Within(m.Point, root) }
		if slices.ContainsFunc(roots, leads) {
			k.covered[m.Dev] = !k.devices[m.Dev]
		}
	}
	return &k
}

// explains reports whether a lock cannot be on a former lock file: it is on a known one, or on a
// device that no directory was on.
func (k *Known) explains(line proc.Lock) bool { return k.has(line) && !k.covered[line.Dev] }

// has reports whether a lock is on a known file, or on a device without any. It is false of a deleted
// lock file that was beside known ones.
func (k *Known) has(line proc.Lock) bool {
	switch {
	case !k.devices[line.Dev]:
		return true
	case k.shared:
		return false
	}
	return k.files[line.File()]
}
