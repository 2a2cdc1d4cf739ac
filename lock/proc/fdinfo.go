package proc

import (
	"bytes"
	"strconv"

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

// FDInfo reads what /proc shows of a descriptor. Of one that is closed or hidden, that is nothing.
func (t Task) FDInfo(fd int) FDInfo {
	info, _ := readFDInfoAt(unix.AT_FDCWD, string(t)+"/fdinfo/"+strconv.Itoa(fd))
	return info
}

// FDInfos reads what /proc shows of many descriptors, which takes less time than to read them one by one. It calls each
// with what it read of one, or with why it could not be read. The error says that none could.
func (t Task) FDInfos(fds []int, each func(fd int, info FDInfo, err error)) error {
	dir, err := unix.Open(string(t)+"/fdinfo", lookOnly|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(dir)
	for _, fd := range fds {
		info, err := readFDInfoAt(dir, strconv.Itoa(fd))
		each(fd, info, err)
	}
	return nil
}

// readFDInfoAt reads an fdinfo file, by its name in an open directory. It is called for many
// thousands of them, and so makes no more than the system calls.
func readFDInfoAt(dir int, name string) (FDInfo, error) {
	file, err := unix.Openat(dir, name, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return FDInfo{}, err
	}
	defer unix.Close(file)
	buf := textBuffers.Get().(*[textSize]byte)
	defer textBuffers.Put(buf)
	n, err := unix.Read(file, buf[:fdinfoStart])
	return ParseFDInfo(buf[:max(n, 0)]), err
}
