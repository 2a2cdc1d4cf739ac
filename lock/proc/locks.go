package proc

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// Kind is the kind of a file lock. Locks of different kinds do not see each other.
type Kind uint8

const (
	NoLock Kind = iota
	Flock       // of flock(2), belonging to an open file description: this protocol's kind
	Posix       // of fcntl(2), belonging to a process
	OFD         // of fcntl(2), belonging to an open file description
)

// Lock is one granted lock as the kernel prints it, in /proc/locks and, after "lock:", in
// fdinfo (proc(5)):
//
//	1: FLOCK  ADVISORY  WRITE 2201 fe:00:9977869 0 EOF
//
// PID is the process that took the lock (its thread-group ID), which may have
// died since and left a flock to whom it passed the descriptor on. It is 0 where
// that process has no PID in the reader's namespace, and of an OFD lock. The device is the super block's,
// in hexadecimal: on btrfs it is not the st_dev of any file.
type Lock struct {
	Kind Kind
	PID  int
	Dev  uint64 // as unix.Mkdev makes it
	Ino  uint64
}

// File identifies a file as lock lines do.
type File struct {
	Dev uint64 // the super block's device
	Ino uint64
}

// File is the file that the lock is on.
func (l Lock) File() File { return File{l.Dev, l.Ino} }

// ParseLock reads a line. ok is false for leases and delegations, for waiters (marked "->"), and
// for anything unexpected.
func ParseLock(line []byte) (l Lock, ok bool) {
	n := 0
	for f := range bytes.FieldsSeq(line) {
		switch n {
		case 1:
			l.Kind = kindOf(f)
			ok = l.Kind != NoLock
		case 4:
			l.PID, ok = parsePID(f, l.Kind)
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
			return Lock{}, false
		}
		n++
	}
	return Lock{}, false
}

func kindOf(word []byte) Kind {
	switch string(word) {
	case "FLOCK":
		return Flock
	case "POSIX":
		return Posix
	case "OFDLCK":
		return OFD
	}
	return NoLock
}

// parsePID reads who took the lock. An OFD lock is nobody's, and is printed as that of -1.
func parsePID(text []byte, kind Kind) (int, bool) {
	if kind != Flock && len(text) > 0 && text[0] == '-' {
		return 0, true
	}
	pid, ok := parseUint(text, 10, 31)
	return int(pid), ok
}

func parseUint(text []byte, base, bits int) (int64, bool) {
	n, err := strconv.ParseUint(string(text), base, bits)
	return int64(n), err == nil
}

// ParseLocks reads the text of /proc/locks.
func ParseLocks(r io.Reader) ([]Lock, error) {
	var locks []Lock
	sc := bufio.NewScanner(r)
	for sc.Scan() {
		if l, ok := ParseLock(sc.Bytes()); ok {
			locks = append(locks, l)
		}
	}
	return locks, sc.Err()
}

// Locks reads the table of all file locks of the host, /proc/locks, unless that takes longer than until: the error is
// then os.ErrDeadlineExceeded. While it is printed, flock(2) waits on the whole host. A line that it does not have proves nothing: it is
// printed piece by piece, and a line is left out when an earlier lock goes meanwhile.
func (f FS) Locks(until time.Time) ([]Lock, error) {
	file, err := os.Open(string(f) + "/locks")
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return ParseLocks(readerUntil{file, until})
}

// readerUntil stops reading when the time is up.
type readerUntil struct {
	from  io.Reader
	until time.Time
}

func (r readerUntil) Read(p []byte) (int, error) {
	if time.Now().After(r.until) {
		return 0, os.ErrDeadlineExceeded
	}
	return r.from.Read(p)
}
