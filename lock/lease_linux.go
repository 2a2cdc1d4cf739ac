package lock

import (
	"slices"

	"golang.org/x/sys/unix"

	"lockscope/lock/eintr"
)

// takeWriteLease takes a write lease on an open file (fcntl(2), "Leases"). The kernel grants it only
// if no other descriptor is open on the file, in any process and in any access mode. So while it
// lasts nobody can hold a lock of any kind. EAGAIN means that somebody has the file open.
//
// Whoever opens the file meanwhile waits until the lease is given back; only an open with O_NONBLOCK
// fails with EAGAIN. The kernel then sends SIGIO to the lease's holder, which the Go runtime ignores
// unless the program asks for that signal. Only the owner of the file, or a process with CAP_LEASE,
// may take a lease.
func takeWriteLease(fd int) error { return setLease(fd, unix.F_WRLCK) }

// takeReadLease takes a read lease. The kernel grants it if nobody has the file open for writing;
// readers do not matter. While it lasts, an open for writing waits, and every daemon opens the lock
// file for writing. It does not prove that the lock is free, since flock(2) works on any descriptor.
func takeReadLease(fd int) error { return setLease(fd, unix.F_RDLCK) }

// releaseLease gives a lease back. Opens that wait for it go on.
func releaseLease(fd int) { setLease(fd, unix.F_UNLCK) }

func setLease(fd, kind int) error {
	return eintr.Retry(func() error {
		_, err := unix.FcntlInt(uintptr(fd), unix.F_SETLEASE, kind)
		return err
	})
}

// posixHolder reports whether somebody has a POSIX or open-file-description lock on the file. Java
// takes such locks, and an NFS server has them for the flocks of its clients. F_GETLK (fcntl(2))
// takes no lock and disturbs nobody. pid is 0 if the kernel does not tell whose lock it is: that of
// an open file description, or of a process that is not visible from here.
func posixHolder(fd int) (pid int, held bool, err error) {
	l := unix.Flock_t{Type: unix.F_WRLCK} // of the whole file
	err = eintr.Retry(func() error { return unix.FcntlFlock(uintptr(fd), unix.F_GETLK, &l) })
	if err != nil || l.Type == unix.F_UNLCK {
		return 0, false, err
	}
	return max(int(l.Pid), 0), true, nil
}

// remoteMagic are the file systems (statfs(2)) on which a lease proves nothing: other hosts may have
// the file open, or, with FUSE, the process that serves it. Their names are in proc.Mount.Remote.
var remoteMagic = []int64{
	unix.NFS_SUPER_MAGIC, unix.SMB_SUPER_MAGIC, 0xff534d42, 0xfe534d42, unix.FUSE_SUPER_MAGIC, unix.V9FS_MAGIC, unix.AFS_SUPER_MAGIC,
	0x00c36400, 0x0bd00bd0, 0x01161970, unix.OCFS2_SUPER_MAGIC, // ceph, lustre, gfs2
}

// leasesProve reports whether a lease on a file of the directory proves that nobody has it open.
func (d Dir) leasesProve() bool {
	var st unix.Statfs_t
	err := eintr.Retry(func() error { return unix.Fstatfs(d.fd, &st) })
	return err == nil && !slices.Contains(remoteMagic, int64(st.Type))
}
