package proc

import (
	"bufio"
	"bytes"
	"io"
	"strconv"

	"golang.org/x/sys/unix"
)

// Kind is the kind of a file lock. Locks of different kinds do not exclude each other.
type Kind uint8

const (
	NoLock Kind = iota
	Flock       // by flock(2); belongs to an open file description. This protocol uses this kind
	Posix       // by fcntl(2); belongs to a process
	OFD         // by fcntl(2); belongs to an open file description
)

// Lock is a lock that somebody holds, as the kernel prints it in /proc/locks, and in fdinfo after
// "lock:" (proc(5)):
//
//	1: FLOCK  ADVISORY  WRITE 2201 fe:00:9977869 0 EOF
type Lock struct {
	Kind Kind
	// PID is the process that took the lock. It may be dead: a flock lasts while anybody has the
	// descriptor. It is 0 for an OFD lock, and if the process has no PID in the reader's namespace.
	PID int
	Dev uint64 // of the super block, as unix.Mkdev makes it; on btrfs it is no file's st_dev
	Ino uint64
}

// File identifies a file as lock lines do.
type File struct {
	Dev uint64 // the super block's device
	Ino uint64
}

// File is the file that the lock is on.
func (l Lock) File() File { return File{l.Dev, l.Ino} }

// ParseLock reads one line. ok is false for leases and delegations, for those who wait for a lock
// (marked "->"), and for anything unexpected.
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

// parsePID reads who took the lock. The kernel prints -1 for an OFD lock, which belongs to no process,
// and for a POSIX lock of another host.
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

// ParseLocks reads the text of /proc/locks, and calls found with each lock. It leaves out the lines that
// ParseLock refuses.
func ParseLocks(r io.Reader, found func(Lock)) error {
	sc := bufio.NewScanner(r)
	for sc.Scan() {
		if l, ok := ParseLock(sc.Bytes()); ok {
			found(l)
		}
	}
	return sc.Err()
}
