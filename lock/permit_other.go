//go:build unix && !linux

package lock

import (
	"os"
	"slices"

	"golang.org/x/sys/unix"

	"lockscope/lock/eintr"
)

// attributes are what decides whether a file may be removed, beside the rights on its directory. On
// this system file flags and mounts are not looked at: if they forbid it, the removal fails.
type attributes struct {
	uid                            uint32
	sticky                         bool // of a directory: only owners may remove files
	immutable, appendOnly, mounted bool
}

// attributesOf returns the attributes of a file in a directory, or of the directory itself if the
// name is empty.
func attributesOf(dirfd int, name string) (attributes, error) {
	if name == "" {
		name = "."
	}
	var st unix.Stat_t
	err := eintr.Retry(func() error { return unix.Fstatat(dirfd, name, &st, unix.AT_SYMLINK_NOFOLLOW) })
	return attributes{uid: st.Uid, sticky: uint32(st.Mode)&unix.S_ISVTX != 0}, err
}

// isReadOnly says no: Writable finds it out by access(2).
func isReadOnly(fd int) (bool, error) { return false, nil }

// ownsAny reports whether this process acts as one of these users, or is root.
func ownsAny(uids ...uint32) bool {
	euid := os.Geteuid()
	return euid == 0 || slices.Contains(uids, uint32(euid))
}
