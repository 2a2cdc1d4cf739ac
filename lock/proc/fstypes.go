package proc

import (
	"slices"
	"strings"
)

// remoteTypes are the file systems that other hosts may have mounted too, and those that a process
// serves. They may stop answering, and this kernel does not see everybody who uses their files.
var remoteTypes = []string{
	"nfs", "nfs4", "cifs", "smb3", "smbfs", "ceph", "afs", "9p", "virtiofs", "lustre", "gfs2", "ocfs2", "gpfs", "fuse", "fuseblk",
}

// Remote reports whether the mount is of a network or FUSE file system.
func (m Mount) Remote() bool {
	family, _, _ := strings.Cut(m.FSType, ".") // fuse.sshfs
	return slices.Contains(remoteTypes, family)
}

// pseudoTypes are the file systems that the kernel makes up. They have no data directories, but many
// others, and some that change while they are read.
var pseudoTypes = []string{
	"proc", "sysfs", "cgroup", "cgroup2", "devpts", "debugfs", "tracefs", "securityfs", "bpf", "pstore",
	"configfs", "efivarfs", "fusectl", "binfmt_misc", "mqueue", "rpc_pipefs", "nsfs", "autofs",
}

// Pseudo reports whether the mount is of a file system that the kernel makes up, such as proc.
func (m Mount) Pseudo() bool { return slices.Contains(pseudoTypes, m.FSType) }

// MayHaveData reports whether there may be data directories on the mount. There are none on a pseudo
// file system, nor on that of the devices, which many processes have open.
func (m Mount) MayHaveData() bool { return !m.Pseudo() && m.FSType != "devtmpfs" }

// MayHang reports whether a system call on the mount may not return: if somebody else serves the file
// system, or mounts it on demand (autofs).
func (m Mount) MayHang() bool { return m.Remote() || m.FSType == "autofs" }

// HidePID is the option hidepid of a proc file system, such as invisible or 2, by which it does not show other
// users' processes (proc(5)); "" where it shows all.
func (m Mount) HidePID() string {
	for option := range strings.SplitSeq(m.Options, ",") {
		if value, ok := strings.CutPrefix(option, "hidepid="); ok && value != "0" && value != "off" {
			return value
		}
	}
	return ""
}
