package observe

import (
	"bytes"
	"path"
	"slices"
	"strings"
	"sync/atomic"

	"lockscope/lock/proc"
)

// formerSearch finds the processes that may hold the lock of a file that was the lock file of a directory
// below the roots. It looks at the links of their descriptors alone: there may be very many of both. The few
// that it finds are to be looked at closely.
type formerSearch struct {
	procs  *processes
	paths  []string      // whatever is below the roots has a path below one of these
	takers map[int]taker // nil where the lock table does not tell
	usual  atomic.Int32  // the descriptor through which a process held its only lock; 0 where none did
}

// suspicion is what the links of a process say of it.
type suspicion uint8

const (
	unseen suspicion = iota // it shows no descriptor
	cleared
	suspected
)

func (s *Session) newFormerSearch(roots []string) *formerSearch {
	f := &formerSearch{procs: s.procs, paths: pathsInto(s.mounts.ours, roots)}
	f.usual.Store(s.procs.usualFD.Load())
	return f
}

// among returns those of the processes that are suspected, and those that show no descriptor. Who gives no
// answer is neither.
func (f *formerSearch) among(pids []int) (suspects, hidden []int) {
	for i, found := range askAll(f.procs.calls, "links", pids, f.look, func(int) suspicion { return cleared }) {
		switch found {
		case suspected:
			suspects = append(suspects, pids[i])
		case unseen:
			hidden = append(hidden, pids[i])
		}
	}
	return suspects, hidden
}

// look looks at the descriptors of a process. Daemons of one kind have their lock at the same number. So of
// one that has taken a single lock that descriptor is looked at first: if it is on the file of that lock,
// the others do not matter.
func (f *formerSearch) look(pid int) suspicion {
	task := proc.Host.Task(pid)
	if t := f.takers[pid]; t.lines == 1 {
		if fd := int(f.usual.Load()); fd != 0 {
			name, err := task.Link(fd)
			if err == nil && f.isLockFile([]byte(name)) && !f.mayBeFormer(task, fd, name) && task.FDInfo(fd).Flock.File() == t.file {
				return cleared
			}
		}
	}
	found := f.lookAt(task)
	if found == unseen { // its first thread may have exited
		if thread := task.Running(); thread != task {
			found = f.lookAt(thread)
		}
	}
	return found
}

func (f *formerSearch) lookAt(task proc.Task) (found suspicion) {
	named, last := 0, 0
	task.Links(func(fd int, name []byte) {
		found = max(found, cleared)
		if !f.isLockFile(name) {
			return
		}
		named, last = named+1, fd
		if f.mayBeFormer(task, fd, string(name)) {
			found = suspected
		}
	})
	if named == 1 {
		f.usual.Store(int32(last))
	}
	return found
}

// isLockFile reports whether a file has, or had, the lock file's name.
func (f *formerSearch) isLockFile(name []byte) bool {
	return bytes.HasSuffix(bytes.TrimSuffix(name, []byte(proc.Deleted)), []byte(f.procs.lockName)) ||
		bytes.Contains(name, []byte(f.procs.lockName)) && f.procs.isAside(string(name))
}

// mayBeFormer reports whether a lock file is deleted or has another name now, or is below the roots and on another mount than its
// path leads to now. It errs on the safe side: the names are those of another mount namespace perhaps.
func (f *formerSearch) mayBeFormer(task proc.Task, fd int, name string) bool {
	if strings.HasSuffix(name, proc.Deleted) || f.procs.isAside(name) {
		return true
	}
	if !slices.ContainsFunc(f.paths, func(p string) bool { return proc.Within(name, p) }) {
		return false
	}
	now, ok := f.procs.mounts.ours.Find(name)
	then := task.FDInfo(fd).MountID
	return ok && then != 0 && then != now.ID
}

// pathsInto returns paths such that each file below a root, by whatever mount it is reached, has a path below
// one of them.
func pathsInto(mounts proc.Mounts, roots []string) []string {
	paths := slices.Clone(roots)
	var shown []proc.Place // what the roots show, and the mounts below them
	for _, root := range roots {
		if place, ok := mounts.Place(root); ok {
			shown = append(shown, place)
		}
	}
	for _, m := range mounts {
		if slices.ContainsFunc(roots, func(root string) bool { return proc.Within(m.Point, root) }) {
			shown = append(shown, m.Place(m.Point))
		}
	}
	for _, m := range mounts {
		for _, place := range shown {
			name := m.Point // it shows a part of that
			if m.Dev != place.Dev {
				continue
			} else if proc.Within(place.Path, m.Root) {
				name = path.Join(m.Point, strings.TrimPrefix(place.Path, strings.TrimSuffix(m.Root, "/")))
			} else if !proc.Within(m.Root, place.Path) {
				continue
			}
			if !slices.ContainsFunc(paths, func(p string) bool { return proc.Within(name, p) }) {
				paths = append(paths, name)
			}
		}
	}
	return paths
}
