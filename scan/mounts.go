package scan

import (
	"errors"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

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

// remoteTypes are the file systems that other hosts may have mounted. What a
// FUSE server makes of a file is unknown, so each counts.
var remoteTypes = []string{"nfs", "nfs4", "cifs", "smb3", "smbfs", "ceph", "afs", "9p", "lustre", "gfs2", "ocfs2", "gpfs", "fuse"}

// mountTable is what a pass has found out about mounts. It may be used concurrently.
type mountTable struct {
	mu     sync.Mutex
	ours   lock.Mounts
	byDev  map[uint64]filesystem // by st_dev
	byNS   map[string]lock.Mounts
	layers *overlayLayers
}

// newMountTable reads this program's mounts. If they cannot be had, places
// are not known, and what depends on them is not concluded.
func newMountTable(finder *layerFinder) *mountTable {
	t := &mountTable{byDev: map[uint64]filesystem{}, byNS: map[string]lock.Mounts{}}
	t.layers = &overlayLayers{finder: finder, table: t}
	self := lock.Process{PID: os.Getpid()}
	t.ours, _ = self.Mounts()
	if ns, err := self.MountNamespace(); err == nil {
		t.byNS[ns] = t.ours
	}
	return t
}

// filesystem returns the file system of a directory that is open as fd. On most, lock
// lines have the same device as st_dev; a btrfs subvolume's st_dev is its own, and what lock
// lines have is the mount's in mountinfo.
func (t *mountTable) filesystem(fd int, stDev uint64) filesystem {
	t.mu.Lock()
	defer t.mu.Unlock()
	if fs, ok := t.byDev[stDev]; ok {
		return fs
	}
	fs := filesystem{dev: stDev}
	var st unix.Statx_t
	if err := unix.Statx(fd, "", unix.AT_EMPTY_PATH, unix.STATX_MNT_ID, &st); err == nil {
		i := slices.IndexFunc(t.ours, func(m lock.Mount) bool { return uint64(m.ID) == st.Mnt_id })
		if i >= 0 {
			fs = describeMount(t.ours[i], stDev)
		}
	}
	t.byDev[stDev] = fs
	return fs
}

func describeMount(m lock.Mount, stDev uint64) filesystem {
	family, _, _ := strings.Cut(m.FSType, ".") // fuse.sshfs
	overlay := m.FSType == "overlay"
	return filesystem{
		dev:       m.Dev,
		fstype:    m.FSType,
		shared:    m.FSType == "btrfs" || m.Dev != stDev && !overlay,
		ownInodes: overlay,
		remote:    slices.Contains(remoteTypes, family),
	}
}

// of returns the mounts that the paths in a process's links refer to.
func (t *mountTable) of(p lock.Process) (lock.Mounts, error) {
	ns, err := p.MountNamespace()
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	mounts, ok := t.byNS[ns]
	if !ok {
		if mounts, err = p.Mounts(); err != nil {
			return nil, err
		}
		t.byNS[ns] = mounts
	}
	return mounts, nil
}

// mountPoints tells which mount a path is on by the mount table alone: the
// file system is not asked. The table is read again when it is a second old.
type mountPoints struct {
	mounts lock.Mounts
	read   time.Time
}

func (p *mountPoints) of(path string) string {
	if !strings.HasPrefix(path, "/") {
		return path
	}
	if now := time.Now(); now.Sub(p.read) > time.Second {
		p.mounts, _ = lock.Process{PID: os.Getpid()}.Mounts()
		p.read = now
	}
	m, _ := p.mounts.Find(path)
	return m.Point
}

// pseudoTypes are file systems of the kernel's own making, in which there are no
// data directories, but many others and some that change while they are read.
var pseudoTypes = []string{
	"proc", "sysfs", "cgroup", "cgroup2", "devpts", "debugfs", "tracefs", "securityfs", "bpf", "pstore",
	"configfs", "efivarfs", "fusectl", "binfmt_misc", "mqueue", "rpc_pipefs", "nsfs", "autofs",
}

// pseudo returns the mount points of pseudo file systems.
func (t *mountTable) pseudo() map[string]bool {
	points := map[string]bool{}
	for _, m := range t.ours {
		if slices.Contains(pseudoTypes, m.FSType) {
			points[m.Point] = true
		}
	}
	return points
}

// initPIDNamespace is the inode of the namespace that sees all processes
// (PROC_PID_INIT_INO in the kernel).
const initPIDNamespace = "pid:[4026531836]"

// seesAllPIDs reports whether this program runs where every process of the
// host has a PID. Elsewhere, a PID that is nobody's may be somebody's outside.
func seesAllPIDs() bool {
	ns, err := os.Readlink("/proc/self/ns/pid")
	return err == nil && ns == initPIDNamespace
}

// lockInode returns the inode number that lock lines have for a file of the
// directory: the one the kernel prints of an open descriptor.
func lockInode(d lock.Dir, name string) (uint64, error) {
	fd, err := unix.Openat(d.FD(), name, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	defer unix.Close(fd)
	info := proc.ReadFDInfo("/proc/self", fd)
	if info.Ino == 0 {
		return 0, errors.New("fdinfo has no inode number")
	}
	return info.Ino, nil
}
