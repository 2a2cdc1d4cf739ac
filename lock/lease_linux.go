package lock

import (
	"slices"

	"golang.org/x/sys/unix"
)

// takeLease takes a write lease on an open file (fcntl(2), "Leases"). The kernel grants it only
// while no other descriptor is open on the file, in any process, and whatever the access mode:
// then nobody can hold a lock on it, of any kind. EAGAIN means that somebody has the file open.
//
// While the lease lasts, whoever opens the file waits until it is given back, instead of failing;
// only an open with O_NONBLOCK is told EAGAIN. The kernel asks for the lease with SIGIO, which the Go
// runtime ignores unless the program asked for it. It takes the owner of the file or CAP_LEASE.
func takeLease(fd int) error { return setLease(fd, unix.F_WRLCK) }

// holdOffWriters takes a read lease, which is granted while nobody has the file open for writing, as every
// daemon does to lock it: who reads it does not matter. While it lasts, who opens it for writing
// waits. It proves nothing of the lock: flock(2) works on any descriptor.
func holdOffWriters(fd int) error { return setLease(fd, unix.F_RDLCK) }

// giveLeaseBack lets everybody in who waits for it.
func giveLeaseBack(fd int) { setLease(fd, unix.F_UNLCK) }

func setLease(fd, kind int) error {
	return ignoringEINTR(func() error {
		_, err := unix.FcntlInt(uintptr(fd), unix.F_SETLEASE, kind)
		return err
	})
}

// posixHolder asks whether somebody has a POSIX or an open-file-description lock on the file, which
// are no flock: Java's file locks, and what an NFS server keeps for the flock of a client. Asking takes
// nothing and disturbs nobody (F_GETLK in fcntl(2)). pid is 0 where the kernel does not say whose it is:
// it is an open file description's, or of a process that is not seen from here.
func posixHolder(fd int) (pid int, held bool, err error) {
	l := unix.Flock_t{Type: unix.F_WRLCK} // of the whole file
	err = ignoringEINTR(func() error { return unix.FcntlFlock(uintptr(fd), unix.F_GETLK, &l) })
	if err != nil || l.Type == unix.F_UNLCK {
		return 0, false, err
	}
	return max(int(l.Pid), 0), true, nil
}

// remoteMagic are the file systems (statfs(2)) on which a lease proves nothing: other hosts may use the file, or, with FUSE,
// a process that serves it. Their names are in lock/proc: see proc.Mount.Remote.
var remoteMagic = []int64{
	unix.NFS_SUPER_MAGIC, unix.SMB_SUPER_MAGIC, 0xff534d42, 0xfe534d42, unix.FUSE_SUPER_MAGIC, unix.V9FS_MAGIC, unix.AFS_SUPER_MAGIC,
	0x00c36400, 0x0bd00bd0, 0x01161970, unix.OCFS2_SUPER_MAGIC, // ceph, lustre, gfs2
}

// leasesProve reports whether a lease on a file of the directory tells that nobody has it open.
func (d Dir) leasesProve() bool {
	var st unix.Statfs_t
	err := ignoringEINTR(func() error { return unix.Fstatfs(d.fd, &st) })
	return err == nil && !slices.Contains(remoteMagic, int64(st.Type))
}
