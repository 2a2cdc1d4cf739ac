package scan

import (
	"bufio"
	"bytes"
	"io"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// flockLine is one granted flock as the kernel prints it, in /proc/locks and,
// after "lock:", in fdinfo (proc(5)):
//
//	1: FLOCK  ADVISORY  WRITE 2201 fe:00:9977869 0 EOF
//
// PID is the process that took the lock (its thread-group ID), which may have
// died since and left the lock to whom it passed the descriptor on. It is 0 where
// that process has no PID in the reader's namespace. The device is the super block's,
// in hexadecimal: on btrfs it is not the st_dev of any file.
type flockLine struct {
	PID int
	Dev uint64 // as unix.Mkdev makes it
	Ino uint64
}

// parseFlock reads a line. ok is false for locks of other kinds (POSIX, OFD,
// leases), for waiters (marked "->"), and for anything unexpected.
func parseFlock(line string) (l flockLine, ok bool) {
	f := strings.Fields(line)
	if len(f) < 6 || f[1] != "FLOCK" {
		return flockLine{}, false
	}
	pid, err := strconv.ParseInt(f[4], 10, 32)
	if err != nil || pid < 0 {
		return flockLine{}, false
	}
	dev := strings.Split(f[5], ":")
	if len(dev) != 3 {
		return flockLine{}, false
	}
	major, err1 := strconv.ParseUint(dev[0], 16, 32)
	minor, err2 := strconv.ParseUint(dev[1], 16, 32)
	ino, err3 := strconv.ParseUint(dev[2], 10, 64)
	if err1 != nil || err2 != nil || err3 != nil {
		return flockLine{}, false
	}
	return flockLine{PID: int(pid), Dev: unix.Mkdev(uint32(major), uint32(minor)), Ino: ino}, true
}

// parseLocks reads the text of /proc/locks.
func parseLocks(r io.Reader) ([]flockLine, error) {
	var lines []flockLine
	sc := bufio.NewScanner(r)
	for sc.Scan() {
		if l, ok := parseFlock(sc.Text()); ok {
			lines = append(lines, l)
		}
	}
	return lines, sc.Err()
}

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
			if l, ok := parseFlock(string(value)); ok {
				info.flock, info.locked = l, true
			}
		}
	}
	return info
}
