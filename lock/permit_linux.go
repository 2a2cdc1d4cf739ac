package lock

import (
	"golang.org/x/sys/unix"

	"lockscope/lock/proc"
)

// attributes is what of a file decides whether it may be removed, beside the rights on its directory.
type attributes struct {
	uid        uint32
	sticky     bool // of a directory: only owners remove
	immutable  bool // chattr(1) +i
	appendOnly bool // chattr(1) +a
	mounted    bool // something is mounted on it
}

// attributesOf asks for those of a file in a directory, and with an empty name of the directory itself. It
// follows no link.
func attributesOf(dirfd int, name string) (attributes, error) {
	var st unix.Statx_t
	err := ignoringEINTR(func() error {
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

// isReadOnly reports whether the mount that the file was opened through, or the file system, is read-only.
func isReadOnly(fd int) (bool, error) {
	var st unix.Statfs_t
	err := ignoringEINTR(func() error { return unix.Fstatfs(fd, &st) })
	return st.Flags&unix.ST_RDONLY != 0, err
}

// ownsAny reports whether this thread is one of the owners, or has the right to act as any (CAP_FOWNER).
func ownsAny(uids ...uint32) bool {
	self, _ := unix.SetfsuidRetUid(-1) // which only says who we are to file systems: see setfsuid(2)
	for _, uid := range uids {
		if uint32(self) == uid {
			return true
		}
	}
	return proc.HasCapability(unix.CAP_FOWNER)
}
