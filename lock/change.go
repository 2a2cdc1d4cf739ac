package lock

import (
	"golang.org/x/sys/unix"

	"lockscope/lock/eintr"
)

// Change is the last change of a file's inode: what stat(2) calls st_ctime. The kernel sets it at every
// write, link and rename, and nobody can set it to another time, as they can the mtime. For a directory, an
// entry that comes or goes is a change. The zero Change means no file, or one that cannot be looked at.
type Change struct {
	Dev, Ino uint64
	CTime    int64 // nanoseconds since the epoch, by the clock of whoever keeps the file system
}

// Changes returns the last changes of the directory, of the lock file and of the pidfile. A flock changes
// none of them.
func (d Dir) Changes() (dir, lockFile, pidfile Change) {
	return change(func(st *unix.Stat_t) error { return unix.Fstat(d.fd, st) }),
		d.changeOf(d.names.Lock), d.changeOf(d.names.Pidfile)
}

func (d Dir) changeOf(name string) Change {
	return change(func(st *unix.Stat_t) error { return unix.Fstatat(d.fd, name, st, unix.AT_SYMLINK_NOFOLLOW) })
}

func change(stat func(*unix.Stat_t) error) Change {
	var st unix.Stat_t
	if eintr.Retry(func() error { return stat(&st) }) != nil {
		return Change{}
	}
	return Change{Dev: uint64(st.Dev), Ino: st.Ino, CTime: st.Ctim.Nano()}
}
