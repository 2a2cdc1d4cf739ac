package scan

import (
	"strconv"
	"strings"
	"sync"

	"github.com/moby/sys/mountinfo"
	"golang.org/x/sys/unix"
)

// filesystem is what the kernel calls the file system of a directory.
type filesystem struct {
	dev    uint64 // the device in lock lines: the super block's
	fstype string
	// shared: several files may have this device and one inode number, as in the
	// subvolumes of a btrfs. Only the name of the descriptor then tells them apart.
	shared bool
}

// filesystems resolves st_dev to the file system. It may be used concurrently.
type filesystems struct {
	mu    sync.Mutex
	known map[uint64]filesystem // by st_dev
}

// of returns the file system that a directory, open as fd, is on. On most, lock
// lines have the same device as st_dev; a btrfs subvolume's st_dev is its own, and the
// one in lock lines is found in /proc/self/mountinfo, through the mount ID.
func (f *filesystems) of(fd int, stDev uint64) filesystem {
	f.mu.Lock()
	defer f.mu.Unlock()
	if fs, ok := f.known[stDev]; ok {
		return fs
	}
	fs := filesystem{dev: stDev}
	if m := mountOf(fd); m != nil {
		fs.fstype = m.FSType
		fs.dev = unix.Mkdev(uint32(m.Major), uint32(m.Minor))
		fs.shared = fs.dev != stDev || m.FSType == "btrfs"
	}
	if f.known == nil {
		f.known = map[uint64]filesystem{}
	}
	f.known[stDev] = fs
	return fs
}

// forget makes the next question ask again: a device number is given to
// another file system after an unmount.
func (f *filesystems) forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.known)
}

func mountOf(fd int) *mountinfo.Info {
	var st unix.Statx_t
	if err := unix.Statx(fd, "", unix.AT_EMPTY_PATH, unix.STATX_MNT_ID, &st); err != nil || st.Mask&unix.STATX_MNT_ID == 0 {
		return nil
	}
	found, err := mountinfo.GetMounts(func(m *mountinfo.Info) (skip, stop bool) {
		match := uint64(m.ID) == st.Mnt_id
		return !match, match
	})
	if err != nil || len(found) == 0 {
		return nil
	}
	return found[0]
}

// deviceName is a device as lock lines and mountinfo name it, in decimal: 254:0.
func deviceName(dev uint64) string {
	var b strings.Builder
	b.WriteString(strconv.FormatUint(uint64(unix.Major(dev)), 10))
	b.WriteByte(':')
	b.WriteString(strconv.FormatUint(uint64(unix.Minor(dev)), 10))
	return b.String()
}
