package observe

import (
	"errors"
	"os"
	"slices"
	"sync"

	"golang.org/x/sys/unix"

	"lockscope/lock"
	"lockscope/lock/proc"
)

// filesystem is what matters of the file system a directory is on.
type filesystem struct {
	dev    uint64 // the device in lock lines: the super block's
	fstype string
	// shared: device and inode number may be those of several files, as in the
	// subvolumes of a btrfs. Only the descriptor's path then tells them apart.
	shared bool
	// ownInodes: lock lines have another inode number than stat, as on overlayfs.
	ownInodes bool
	// remote: other hosts, whose processes nobody sees from here, may use it too.
	remote bool
}

// mountTable is what a pass has found out about mounts. It may be used concurrently, and
// holds nothing while it asks a file system: each asks of his own directory.
type mountTable struct {
	calls  *calls
	ours   proc.Mounts // of this program
	name   string      // of its mount namespace
	pidNS  string      // its PID namespace
	layers *overlayLayers
	// everybody is asked for his namespaces, once.
	everybody func() []inhabitant

	mu    sync.Mutex
	byDev map[uint64]filesystem // by st_dev
	nsOf  map[int]func() (string, error)
	byNS  map[string]func() (proc.Mounts, error)
}

// newMountTable reads this program's mounts. If they cannot be had, places
// are not known, and what depends on them is not concluded.
func newMountTable(finder *layerFinder) *mountTable {
	t := &mountTable{
		calls: finder.calls,
		byDev: map[uint64]filesystem{},
		nsOf:  map[int]func() (string, error){},
		byNS:  map[string]func() (proc.Mounts, error){},
	}
	t.layers = &overlayLayers{find: sync.OnceValue(func() *layers { return finder.find(t) })}
	t.everybody = sync.OnceValue(t.askEverybody)
	self := proc.Process{PID: os.Getpid()}
	t.pidNS, _ = askOrFail(t.calls, subject{self.PID, "PID namespace"}, proc.Host.Self().PIDNamespace)
	t.name, _ = t.namespaceOf(self)
	t.ours, _ = t.of(self)
	return t
}

// filesystem returns the file system of a directory that is open as fd. On most, lock
// lines have the same device as st_dev; a btrfs subvolume's st_dev is its own, and what lock
// lines have is the mount's in mountinfo.
func (t *mountTable) filesystem(fd int, stDev uint64) filesystem {
	t.mu.Lock()
	fs, ok := t.byDev[stDev]
	t.mu.Unlock()
	if ok {
		return fs
	}
	if id := mountID(fd); id != 0 {
		fs, ok = t.describe(id, stDev)
	}
	if !ok { // then it may be any
		return filesystem{dev: stDev, shared: true, remote: true}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.byDev[stDev] = fs
	return fs
}

// mountID identifies the mount that a descriptor was opened through, as mountinfo does; 0 where that cannot be told. Before
// Linux 5.8 statx(2) does not have it.
func mountID(fd int) uint64 {
	var st unix.Statx_t
	if err := unix.Statx(fd, "", unix.AT_EMPTY_PATH, unix.STATX_MNT_ID, &st); err == nil && st.Mask&unix.STATX_MNT_ID != 0 {
		return st.Mnt_id
	}
	return uint64(proc.Host.Self().FDInfo(fd).MountID)
}

// describe looks for a mount among ours, and else among others': a root may be another
// process's (/proc/<pid>/root).
func (t *mountTable) describe(id, stDev uint64) (filesystem, bool) {
	isIt := func(m proc.Mount) bool { return uint64(m.ID) == id }
	if i := slices.IndexFunc(t.ours, isIt); i >= 0 {
		return describeMount(t.ours[i], stDev), true
	}
	for _, ns := range t.layers.find().namespaces {
		if i := slices.IndexFunc(ns.mounts, isIt); i >= 0 {
			return describeMount(ns.mounts[i], stDev), true
		}
	}
	return filesystem{}, false
}

func describeMount(m proc.Mount, stDev uint64) filesystem {
	overlay := m.FSType == "overlay"
	return filesystem{
		dev:       m.Dev,
		fstype:    m.FSType,
		shared:    m.FSType == "btrfs" || m.Dev != stDev && !overlay,
		ownInodes: overlay,
		remote:    m.Remote(),
	}
}

// of returns the mounts that the paths in a process's links refer to.
func (t *mountTable) of(p proc.Process) (proc.Mounts, error) {
	ns, err := t.namespaceOf(p)
	if err != nil {
		return nil, err
	}
	mounts, err := onceFor(&t.mu, t.byNS, ns, func() (proc.Mounts, error) {
		return askOrFail(t.calls, subject{p.PID, "mounts"}, func() (proc.Mounts, error) { return proc.Host.Mounts(p.PID) })
	})
	if err != nil { // another process of the namespace may tell
		t.mu.Lock()
		delete(t.byNS, ns)
		t.mu.Unlock()
	}
	return mounts, err
}

func (t *mountTable) namespaceOf(p proc.Process) (string, error) {
	return onceFor(&t.mu, t.nsOf, p.PID, func() (string, error) {
		return askOrFail(t.calls, subject{p.PID, "mount namespace"}, func() (string, error) { return proc.Host.Task(p.PID).Running().MountNamespace() })
	})
}

// onceFor returns what f finds out for a key. It is called by whoever wants to know first, without mu.
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

// Pseudo returns the mount points of pseudo file systems.
func (s *Session) Pseudo() map[string]bool {
	points := map[string]bool{}
	for _, m := range s.mounts.ours {
		if m.Pseudo() {
			points[m.Point] = true
		}
	}
	return points
}

// seesAllPIDs reports whether this program runs where every process of the
// host has a PID. Elsewhere, a PID that is nobody's may be somebody's outside.
func (t *mountTable) seesAllPIDs() bool { return t.pidNS == proc.InitPIDNamespace }

// lockInode returns the inode number that lock lines have for a file of the
// directory: the one the kernel prints of an open descriptor.
func lockInode(d lock.Dir, name string) (uint64, error) {
	fd, err := unix.Openat(d.FD(), name, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	defer unix.Close(fd)
	info := proc.Host.Self().FDInfo(fd)
	if info.Ino == 0 {
		return 0, errors.New("fdinfo has no inode number")
	}
	return info.Ino, nil
}

// MountedTwice reports whether some directory below the roots, which are named as the kernel calls
// them, can be reached by two paths: through a bind mount, or a file system that is mounted twice.
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
