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

// parseFdinfo returns the flock that is held through a descriptor, from the
// text of /proc/<pid>/fdinfo/<fd>. The kernel prints there only locks of this
// very open file description (show_fd_locks in fs/locks.c).
func parseFdinfo(text []byte) (l flockLine, ok bool) {
	for line := range bytes.Lines(text) {
		if rest, found := bytes.CutPrefix(line, []byte("lock:")); found {
			if l, ok = parseFlock(string(rest)); ok {
				return l, true
			}
		}
	}
	return flockLine{}, false
}
