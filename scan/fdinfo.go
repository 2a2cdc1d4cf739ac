package scan

import (
	"bytes"
	"strconv"
	"sync"

	"golang.org/x/sys/unix"
)

// fdinfo is what /proc/<pid>/fdinfo/<fd> says of a descriptor (proc(5)).
type fdinfo struct {
	ino    uint64    // of the open file; 0 before Linux 5.14
	flock  flockLine // the flock held through it
	locked bool      // there is one
}

// parseFdinfo reads the text of an fdinfo file. The locks in it are those of
// this very open file description, no others of the file or the process
// (show_fd_locks in fs/locks.c).
func parseFdinfo(text []byte) (info fdinfo) {
	for line := range bytes.Lines(text) {
		key, value, _ := bytes.Cut(line, []byte(":"))
		switch string(key) {
		case "ino":
			info.ino, _ = strconv.ParseUint(string(bytes.TrimSpace(value)), 10, 64)
		case "lock":
			if l, ok := parseFlock(value); ok {
				info.flock, info.locked = l, true
			}
		}
	}
	return info
}

// fdinfoStart is as much of an fdinfo file as is read, in bytes. After four short lines
// come those of the locks, a flock first (seq_show in fs/proc/fd.c, show_fd_locks in fs/locks.c).
const fdinfoStart = 1024

var fdinfoBuffers = sync.Pool{New: func() any { return new([fdinfoStart]byte) }}

// readFdinfo reads what /proc shows of a descriptor, dir being a process's
// there. Of one that is closed or hidden, that is nothing.
func readFdinfo(dir string, fd int) fdinfo {
	info, _ := fdinfoAt(unix.AT_FDCWD, dir+"/fdinfo/"+strconv.Itoa(fd))
	return info
}

// fdinfoAt reads an fdinfo file, by its name in an open directory. It is called for many
// thousands of them, and so makes no more than the system calls.
func fdinfoAt(dir int, name string) (fdinfo, error) {
	file, err := unix.Openat(dir, name, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return fdinfo{}, err
	}
	defer unix.Close(file)
	buf := fdinfoBuffers.Get().(*[fdinfoStart]byte)
	defer fdinfoBuffers.Put(buf)
	n, err := unix.Read(file, buf[:])
	return parseFdinfo(buf[:max(n, 0)]), err
}
