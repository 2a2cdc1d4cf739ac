package observe

import (
	"context"
	"maps"
	"slices"
	"strings"

	"lockscope/lock"
	"lockscope/lock/proc"
)

// SplitDirs finds the directories that some process holds a former lock file of: one that is deleted
// or replaced, or that a mount covers. It returns the kernel's names of those below the roots, which
// are given by their kernel's names too.
//
// Nothing in such a directory shows it. What shows it is a line in the kernel's lock table of a file
// that is no known lock file; the process that took that lock is looked at. Where the table does not
// say which file a line is of, or the taker is dead, all processes are looked at.
func (s *Session) SplitDirs(ctx context.Context, known *Known, roots []string) (found []string) {
	known = s.covering(known, roots)
	for _, pid := range s.unknownTakers(known) {
		if ctx.Err() != nil {
			break
		}
		for _, d := range s.procs.find(pid).formerLockFiles(known.explains, func(*descriptor) bool { return true }) {
			if d.deleted || s.procs.covered(&d) {
				found = append(found, s.directoriesOf(&d, roots)...)
			}
		}
	}
	return found
}

// unknownTakers returns the processes that may hold the lock of a file that is no directory's now. To
// read the links of all descriptors is faster than the lock table where there are few.
func (s *Session) unknownTakers(known *Known) []int {
	if !s.table.loaded() {
		if pids := s.procs.pids(); s.procs.haveAtMost(fewDescriptors, pids) {
			return pids
		}
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
		return s.procs.pids()
	}
	// A line on a covered device may be anybody's lock. Where its taker is dead, that is not worth a
	// look at all processes.
	maps.Copy(takers, covered)
	return slices.Collect(maps.Keys(takers))
}

// directoriesOf returns the directory below the roots whose lock file a descriptor is, or was, on.
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
