package observe

import (
	"slices"
	"sync"

	"lockscope/lock"
	"lockscope/lock/proc"
	"lockscope/scan/report"
)

// mountTable is what a session has found out about mounts. It may be used concurrently. A file system
// that hangs concerns only those who ask about it: mu is free while the kernel is asked.
type mountTable struct {
	calls  *calls
	ours   proc.Mounts // of this program
	name   string      // of this program's mount namespace
	pidNS  string      // of its PID namespace
	layers *overlayLayers
	// processNamespaces returns the namespaces of every process. It asks once.
	processNamespaces func() []processNS

	mu    sync.Mutex
	byDev map[uint64]filesystem // by st_dev
	nsOf  map[int]func() (string, error)
	byNS  map[string]func() (proc.Mounts, error)
}

func newMountTable(finder *layerFinder, own *ownMounts) *mountTable {
	t := &mountTable{
		calls: finder.calls, ours: own.mounts, name: own.name, pidNS: own.pidNS,
		byDev: map[uint64]filesystem{},
		nsOf:  map[int]func() (string, error){},
		byNS:  map[string]func() (proc.Mounts, error){},
	}
	t.layers = &overlayLayers{find: sync.OnceValue(func() *layers { return finder.find(t) })}
	t.processNamespaces = sync.OnceValue(t.readProcessNamespaces)
	if own.mounts != nil {
		t.byNS[own.name] = func() (proc.Mounts, error) { return own.mounts, nil }
	}
	return t
}

// of returns the mounts by which the kernel names the files of a process.
func (t *mountTable) of(p proc.Process) (proc.Mounts, error) {
	ns, err := t.namespaceOf(p)
	if err != nil {
		return nil, err
	}
	mounts, err := onceFor(&t.mu, t.byNS, ns, func() (proc.Mounts, error) {
		return callErr(t.calls, subject{p.PID, "mounts"}, func() (proc.Mounts, error) { return proc.Host.Mounts(p.PID) })
	})
	if err != nil { // another process of the namespace may show them
		t.mu.Lock()
		delete(t.byNS, ns)
		t.mu.Unlock()
	}
	return mounts, err
}

func (t *mountTable) namespaceOf(p proc.Process) (string, error) {
	return onceFor(&t.mu, t.nsOf, p.PID, func() (string, error) {
		return callErr(t.calls, subject{p.PID, "mount namespace"}, func() (string, error) { return proc.Host.Task(p.PID).Running().MountNamespace() })
	})
}

// onceFor returns what f finds out for a key. f is called by the first who asks; mu, which guards
// known, is free meanwhile.
func onceFor[K comparable, T any](mu *sync.Mutex, known map[K]func() (T, error), key K, f func() (T, error)) (T, error) {
	mu.Lock()
	find := known[key]
	if find == nil {
		find = sync.OnceValues(f)
		known[key] = find
	}
	mu.Unlock()
	return find()
}

// seesAllPIDs reports whether this program is in the first PID namespace, where every process of the
// host has a PID. Elsewhere, a PID that is free here may belong to a process outside.
func (t *mountTable) seesAllPIDs() bool { return t.pidNS == proc.InitPIDNamespace }

// PseudoMounts returns the mount points of pseudo file systems.
func (s *Session) PseudoMounts() map[string]bool {
	points := map[string]bool{}
	for _, m := range s.mounts.ours {
		if m.Pseudo() {
			points[m.Point] = true
		}
	}
	return points
}

// MountedTwice reports whether a directory below the roots may have two paths: through a bind
// mount, or because a file system is mounted twice. The roots are given by their kernel's names.
func (s *Session) MountedTwice(roots []string) bool {
	seen := map[uint64]int{} // mounts of each device, at the roots and below them
	ours := s.mounts.ours
	for _, m := range ours {
		isRoot := func(root string) bool { top, ok := ours.Find(root); return ok && top.ID == m.ID }
		isBelow := func(root string) bool { return proc.Within(m.Point, root) }
		if slices.ContainsFunc(roots, isRoot) || slices.ContainsFunc(roots, isBelow) {
			if seen[m.Dev]++; seen[m.Dev] > 1 {
				return true
			}
		}
	}
	return false
}

// MountsKnown reports whether this program's own mounts could be read. Without them no file system is known.
func (s *Session) MountsKnown() bool { return s.restrictions&report.NoProc == 0 }

// MakesEvents reports whether inotify tells of every change in a directory. On network and FUSE file
// systems others make changes too, and to watch a directory there may hang.
func (s *Session) MakesEvents(d lock.Dir) bool {
	id, err := d.ID()
	return err == nil && !s.mounts.filesystem(d.FD(), id.Dev).remote
}
