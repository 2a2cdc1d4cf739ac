package observe

import (
	"context"
	"maps"
	"slices"
	"strings"

	"lockscope/lock"
	"lockscope/lock/proc"
)

// Former finds the directories of which a process holds a lock file that is deleted or replaced, or that a
// mount covers. It returns what the kernel calls them, among those below the roots, which are named so too. Nothing in such a
// directory tells; a line in the kernel's table of a file that is no known lock file does, and
// who took that lock is looked at. Where the table does not say which file a line
// is of, or its taker is dead, all processes are.
func (s *Session) Former(ctx context.Context, known *Known, roots []string) (found []string) {
	known = s.covering(known, roots)
	for _, pid := range s.takersOfStrays(known) {
		if ctx.Err() != nil {
			break
		}
		for _, d := range s.procs.find(pid).former(known.explains, func(*descriptor) bool { return true }) {
			if d.deleted || s.procs.covered(&d) {
				found = append(found, s.directoriesOf(&d, roots)...)
			}
		}
	}
	return found
}

// fewDescriptors is how many descriptors all processes together may have for their links to
// be read instead of the kernel's table. That takes 5 ms at most; who opens the table waits longer than
// that for its first line, for a grace period of RCU (percpu_down_write in fs/locks.c).
const fewDescriptors = 2000

// takersOfStrays returns the processes that may hold a lock file which no
// directory has.
func (s *Session) takersOfStrays(known *Known) []int {
	pids := s.procs.pids()
	if !s.table.loaded() && s.procs.haveAtMost(fewDescriptors, pids) {
		return pids
	}
	takers, covered := map[int]bool{}, map[int]bool{}
	sound := !known.shared && s.table.each(func(line proc.Lock) {
		switch {
		case !known.has(line):
			takers[line.PID] = true
		case known.covered[line.Dev]:
			covered[line.PID] = true
		}
	})
	for pid := range takers {
		sound = sound && s.procs.find(pid).state == lock.ProcessAlive
	}
	if !sound {
		return pids
	}
	maps.Copy(takers, covered) // where these are dead, it may be anybody's lock, and not worth a search of all processes
	return slices.Collect(maps.Keys(takers))
}

// directoriesOf returns the directories below the roots whose lock file a descriptor is, or was, on.
func (s *Session) directoriesOf(d *descriptor, roots []string) (found []string) {
	where, ok := s.procs.place(d)
	if !ok {
		return nil
	}
	where.Path = strings.TrimSuffix(where.Path, "/"+s.procs.names.Lock)
	for _, name := range s.mounts.ours.Names(where) {
		if slices.ContainsFunc(roots, func(root string) bool { return proc.Within(name, root) }) {
			return []string{name}
		}
	}
	return nil
}

// Known are the lock files that directories have, in the terms of lock lines.
type Known struct {
	files   map[proc.File]bool
	devices map[uint64]bool
	covered map[uint64]bool // devices without any of them, on which others may be that a mount covers
	shared  bool            // on some device, inode numbers do not say which file it is
}

// NewKnown returns an empty set, with room for so many.
func NewKnown(size int) *Known {
	return &Known{files: make(map[proc.File]bool, size), devices: map[uint64]bool{}}
}

// Add adds a lock file. shared means that there may be another one on its device of the same inode number.
func (k *Known) Add(file proc.File, shared bool) {
	k.files[file], k.devices[file.Dev] = true, true
	k.shared = k.shared || shared
}

// covering adds the devices of the mounts that lead to the roots, and of those below them: a directory may have
// been on any of these before the next was mounted over it.
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

// explains reports whether a lock is on one of them, or on a device that has nothing to do with any.
func (k *Known) explains(line proc.Lock) bool { return k.has(line) && !k.covered[line.Dev] }

// has reports whether a lock is on one of them, or on another device than all of
// them. Neither is a lock file that was deleted.
func (k *Known) has(line proc.Lock) bool {
	switch {
	case !k.devices[line.Dev]:
		return true
	case k.shared:
		return false
	}
	return k.files[line.File()]
}
