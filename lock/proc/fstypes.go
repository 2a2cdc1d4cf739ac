package proc

import (
	"slices"
	"strings"
)

// remoteTypes are the file systems that other hosts may have mounted too, and those that a process serves,
// which may stop to answer. Their files may be in use by somebody whom this kernel does not see.
var remoteTypes = []string{
	"nfs", "nfs4", "cifs", "smb3", "smbfs", "ceph", "afs", "9p", "virtiofs", "lustre", "gfs2", "ocfs2", "gpfs", "fuse", "fuseblk",
}

// Remote reports whether the mount is of a network or FUSE file system.
func (m Mount) Remote() bool {
	family, _, _ := strings.Cut(m.FSType, ".") // fuse.sshfs
	return slices.Contains(remoteTypes, family)
}

// pseudoTypes are file systems of the kernel's own making, in which there are no
// data directories, but many others and some that change while they are read.
var pseudoTypes = []string{
	"proc", "sysfs", "cgroup", "cgroup2", "devpts", "debugfs", "tracefs", "securityfs", "bpf", "pstore",
	"configfs", "efivarfs", "fusectl", "binfmt_misc", "mqueue", "rpc_pipefs", "nsfs", "autofs",
}

// Pseudo reports whether the mount is of such a file system.
func (m Mount) Pseudo() bool { return slices.Contains(pseudoTypes, m.FSType) }

// MayHaveData is false where nothing is kept: on pseudo file systems, and on that of the devices, of which
// many processes have some open.
func (m Mount) MayHaveData() bool { return !m.Pseudo() && m.FSType != "devtmpfs" }

// MayHang reports whether others serve the file system, or mount it when it is asked for: then a call may not come back.
func (m Mount) MayHang() bool { return m.Remote() || m.FSType == "autofs" }
