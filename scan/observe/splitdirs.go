package observe

import (
	"context"
	"maps"
	"path"
	"slices"

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
	for _, pid := range s.suspects(known, roots) {
		if ctx.Err() != nil {
			break
		}
		for _, d := range s.procs.find(pid).formerLockFiles(known.explains, func(*descriptor) bool { return true }) {
			if d.deleted || d.aside || s.procs.covered(&d) {
				found = append(found, s.directoriesOf(&d, roots)...)
			}
		}
	}
	return found
}

// suspects returns the processes that may hold the lock of a file that is no directory's now. To read the
// links of all descriptors is faster than the lock table where there are few, and it misses nobody: a line
// of the table may be skipped while it is read, where others release locks.
func (s *Session) suspects(known *Known, roots []string) []int {
	search := s.newFormerSearch(roots)
	if pids := s.procs.pids(); s.procs.haveAtMost(fewDescriptors, pids) {
		suspects, _ := search.among(pids)
		return suspects
	}
	if takers, ok := s.unknownTakers(known); ok {
		search.takers = takers
		suspects, unseen := search.among(slices.Collect(maps.Keys(takers)))
		isLost := func(pid int) bool { return takers[pid].unknown && s.procs.find(pid).state != lock.ProcessAlive }
		if !slices.ContainsFunc(unseen, isLost) {
			return suspects
		}
		search.takers = nil
	}
	suspects, _ := search.among(s.procs.pids())
	return suspects
}

// taker is what the lock table says of a process that has taken locks of files which are no directory's now,
// as far as known.
type taker struct {
	lines int       // how many
	file  proc.File // of one of them
	// unknown: one is on a device of known lock files. The others are on covered devices, where a line may
	// be anybody's lock. Where the taker of these is dead, that is not worth a look at all processes.
	unknown bool
}

// unknownTakers returns the takers by their PIDs. ok is false where the table does not tell.
func (s *Session) unknownTakers(known *Known) (takers map[int]taker, ok bool) {
	takers = map[int]taker{}
	ok = !known.shared && s.table.each(func(line proc.Lock) {
		if !known.explains(line) {
			t := takers[line.PID]
			takers[line.PID] = taker{t.lines + 1, line.File(), t.unknown || !known.has(line)}
		}
	})
	return takers, ok
}

// directoriesOf returns the directory below the roots whose lock file a descriptor is, or was, on.
func (s *Session) directoriesOf(d *descriptor, roots []string) (found []string) {
	where, ok := s.procs.place(d)
	if !ok {
		return nil
	}
	where.Path = path.Dir(where.Path)
	for _, name := range s.mounts.ours.Names(where) {
		if slices.ContainsFunc(roots, func(root string) bool { return proc.Within(name, root) }) {
			return []string{name}
		}
	}
	return nil
}
