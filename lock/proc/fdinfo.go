package proc

import (
	"bytes"
	"strconv"
	"sync"

	"golang.org/x/sys/unix"
)

// FDInfo is what /proc/<pid>/fdinfo/<fd> says of a descriptor (proc(5)).
type FDInfo struct {
	Ino     uint64 // of the open file; 0 before Linux 5.14
	MountID int    // of the mount it was opened through, as in mountinfo
	Flock   Lock   // the flock held through it, if its Kind is Flock
	Other   Lock   // a lock of another kind held through it, if it has a Kind
}

// ParseFDInfo reads the text of an fdinfo file. The locks in it are those of
// this very open file description, no others of the file or the process
// (show_fd_locks in fs/locks.c).
func ParseFDInfo(text []byte) (info FDInfo) {
	for line := range bytes.Lines(text) {
		key, value, _ := bytes.Cut(line, []byte(":"))
		switch string(key) {
		case "mnt_id":
			info.MountID, _ = strconv.Atoi(string(bytes.TrimSpace(value)))
		case "ino":
			info.Ino, _ = strconv.ParseUint(string(bytes.TrimSpace(value)), 10, 64)
		case "lock":
			switch l, _ := ParseLock(value); l.Kind {
			case NoLock:
			case Flock:
				info.Flock = l
			default:
				info.Other = l
			}
		}
	}
	return info
}

// fdinfoStart is as much of an fdinfo file as is read, in bytes. After four short lines
// come those of the locks, a flock first (seq_show in fs/proc/fd.c, show_fd_locks in fs/locks.c).
const fdinfoStart = 1024

var fdinfoBuffers = sync.Pool{New: func() any { return new([fdinfoStart]byte) }}

// ReadFDInfo reads what /proc shows of a descriptor, dir being a process's
// there. Of one that is closed or hidden, that is nothing.
func ReadFDInfo(dir string, fd int) FDInfo {
	info, _ := ReadFDInfoAt(unix.AT_FDCWD, dir+"/fdinfo/"+strconv.Itoa(fd))
	return info
}

// ReadFDInfoAt reads an fdinfo file, by its name in an open directory. It is called for many
// thousands of them, and so makes no more than the system calls.
func ReadFDInfoAt(dir int, name string) (FDInfo, error) {
	file, err := unix.Openat(dir, name, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return FDInfo{}, err
	}
	defer unix.Close(file)
	buf := fdinfoBuffers.Get().(*[fdinfoStart]byte)
	defer fdinfoBuffers.Put(buf)
	n, err := unix.Read(file, buf[:])
	return ParseFDInfo(buf[:max(n, 0)]), err
}
