package scan

import (
	"bufio"
	"bytes"
	"io"
	"strconv"

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
func parseFlock(line []byte) (l flockLine, ok bool) {
	n := 0
	for f := range bytes.FieldsSeq(line) {
		switch n {
		case 1:
			ok = string(f) == "FLOCK"
		case 4:
			var pid int64
			pid, ok = parseUint(f, 10, 31)
			l.PID = int(pid)
		case 5:
			major, rest, _ := bytes.Cut(f, []byte(":"))
			minor, ino, _ := bytes.Cut(rest, []byte(":"))
			maj, ok1 := parseUint(major, 16, 32)
			min, ok2 := parseUint(minor, 16, 32)
			var err error
			l.Dev = unix.Mkdev(uint32(maj), uint32(min))
			l.Ino, err = strconv.ParseUint(string(ino), 10, 64)
			if ok1 && ok2 && err == nil {
				return l, true
			}
			ok = false
		default:
			ok = true
		}
		if !ok {
			return flockLine{}, false
		}
		n++
	}
	return flockLine{}, false
}

func parseUint(text []byte, base, bits int) (int64, bool) {
	n, err := strconv.ParseUint(string(text), base, bits)
	return int64(n), err == nil
}

// parseLocks reads the text of /proc/locks.
func parseLocks(r io.Reader) ([]flockLine, error) {
	var lines []flockLine
	sc := bufio.NewScanner(r)
	for sc.Scan() {
		if l, ok := parseFlock(sc.Bytes()); ok {
			lines = append(lines, l)
		}
	}
	return lines, sc.Err()
}
