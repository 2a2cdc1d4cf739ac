package lock

import (
	"golang.org/x/sys/unix"

	"lockscope/lock/eintr"
	"lockscope/lock/proc"
)

// attributes are what decides whether a file may be removed, beside the rights on its directory.
type attributes struct {
	uid        uint32
	sticky     bool // of a directory: only owners may remove files
	immutable  bool // chattr(1) +i
	appendOnly bool // chattr(1) +a
	mounted    bool // something is mounted on it
}

// attributesOf returns the attributes of a file in a directory, or of the directory itself if the
// name is empty. It follows no symlink.
func attributesOf(dirfd int, name string) (attributes, error) {
	var st unix.Statx_t
	err := eintr.Retry(func() error {
		return unix.Statx(dirfd, name, unix.AT_SYMLINK_NOFOLLOW|unix.AT_EMPTY_PATH|unix.AT_NO_AUTOMOUNT, unix.STATX_MODE|unix.STATX_UID, &st)
	})
	has := func(attribute uint64) bool { return st.Attributes&attribute != 0 }
	return attributes{
		uid:        st.Uid,
		sticky:     st.Mode&unix.S_ISVTX != 0,
		immutable:  has(unix.STATX_ATTR_IMMUTABLE),
		appendOnly: has(unix.STATX_ATTR_APPEND),
		mounted:    has(unix.STATX_ATTR_MOUNT_ROOT),
	}, err
}

// isReadOnly reports whether the file system is read-only, or the mount that the file was opened
// through.
func isReadOnly(fd int) (bool, error) {
	var st unix.Statfs_t
	err := eintr.Retry(func() error { return unix.Fstatfs(fd, &st) })
	return st.Flags&unix.ST_RDONLY != 0, err
}

// ownsAny reports whether this thread acts as one of these users, or may act as any owner
// (CAP_FOWNER).
func ownsAny(uids ...uint32) bool {
	self, _ := unix.SetfsuidRetUid(-1) // -1 changes nothing, and returns the current one (setfsuid(2))
	for _, uid := range uids {
		if uint32(self) == uid {
			return true
		}
	}
	return proc.HasCapability(unix.CAP_FOWNER)
}
