package observe

import (
	"errors"
	"slices"

	"golang.org/x/sys/unix"

	"lockscope/lock"
	"lockscope/lock/proc"
)

// filesystem is what matters here of the file system that a directory is on.
type filesystem struct {
	dev    uint64 // the device in lock lines: that of the super block
	fstype string
	// shared: several files may have the same device and inode number in lock lines, as in the
	// subvolumes of a btrfs. Then only the path of a descriptor tells which file it is on.
	shared bool
	// ownInodes: the inode number in lock lines is not st_ino, as on overlayfs.
	ownInodes bool
	// remote: other hosts may use it, whose processes cannot be seen from here.
	remote bool
}

// filesystem returns the file system of a directory that is open as fd. On most, the device in lock
// lines is st_dev. A btrfs subvolume has an st_dev of its own; the device in lock lines is the one in
// mountinfo.
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
	if !ok { // it may be of any kind
		return filesystem{dev: stDev, shared: true, remote: true}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.byDev[stDev] = fs
	return fs
}

// mountID returns the ID, as in mountinfo, of the mount that a descriptor was opened through, or 0
// where it cannot be told. statx(2) has it since Linux 5.8; before, fdinfo does.
func mountID(fd int) uint64 {
	var st unix.Statx_t
	if err := unix.Statx(fd, "", unix.AT_EMPTY_PATH, unix.STATX_MNT_ID, &st); err == nil && st.Mask&unix.STATX_MNT_ID != 0 {
		return st.Mnt_id
	}
	return uint64(proc.Host.Self().FDInfo(fd).MountID)
}

// describe looks for a mount in our namespace first. A root may be in another one
// (/proc/<pid>/root), so it then looks in the others that can be read.
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

// lockInode returns the inode number that lock lines have for a file of the directory. The kernel
// shows it in the fdinfo of an open descriptor.
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
