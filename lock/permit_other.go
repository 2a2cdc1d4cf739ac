//go:build unix && !linux

package lock

import (
	"os"
	"slices"

	"golang.org/x/sys/unix"
)

// attributes is what of a file decides whether it may be removed, beside the rights on its
// directory. Flags and mounts are not looked at on this system: what they forbid shows when it is tried.
type attributes struct {
	uid                            uint32
	sticky                         bool // of a directory: only owners remove
	immutable, appendOnly, mounted bool
}

// attributesOf asks for those of a file in a directory, and with an empty name of the directory itself.
func attributesOf(dirfd int, name string) (attributes, error) {
	if name == "" {
		name = "."
	}
	var st unix.Stat_t
	err := ignoringEINTR(func() error { return unix.Fstatat(dirfd, name, &st, unix.AT_SYMLINK_NOFOLLOW) })
	return attributes{uid: st.Uid, sticky: uint32(st.Mode)&unix.S_ISVTX != 0}, err
}

// isReadOnly leaves it to access(2) to tell.
func isReadOnly(fd int) (bool, error) { return false, nil }

// ownsAny reports whether this process is one of the owners, or may act as any.
func ownsAny(uids ...uint32) bool {
	euid := os.Geteuid()
	return euid == 0 || slices.Contains(uids, uint32(euid))
}
