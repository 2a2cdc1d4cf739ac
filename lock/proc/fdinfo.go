package proc

import (
	"bytes"
	"strconv"

	"golang.org/x/sys/unix"
)

// FDInfo is what /proc/<pid>/fdinfo/<fd> says of a descriptor (proc(5)).
type FDInfo struct {
	Ino     uint64 // inode of the open file; 0 before Linux 5.14
	MountID int    // ID in mountinfo of the mount that the file was opened through
	Flock   Lock   // the flock held through the descriptor; its Kind is NoLock if there is none
	Other   Lock   // a lock of another kind held through it; its Kind is NoLock if there is none
}

// ParseFDInfo reads the text of an fdinfo file. It has the locks of this open file description alone,
// not those that the process or others have through other descriptors (show_fd_locks in fs/locks.c).
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

// FDInfo reads the fdinfo of a descriptor. It is zero if the descriptor is closed or cannot be read.
func (t Task) FDInfo(fd int) FDInfo {
	info, _ := readFDInfoAt(unix.AT_FDCWD, string(t)+"/fdinfo/"+strconv.Itoa(fd))
	return info
}

// FDInfos reads the fdinfo of many descriptors, which is faster than to call FDInfo for each. It calls
// each with what it read, or with the error. It returns an error if it could read none at all.
func (t Task) FDInfos(fds []int, each func(fd int, info FDInfo, err error)) error {
	dir, err := open(string(t)+"/fdinfo", lookOnly|unix.O_DIRECTORY)
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

// readFDInfoAt reads an fdinfo file by its name in an open directory. It is called for many thousands
// of them, so it does no more than the three system calls.
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
