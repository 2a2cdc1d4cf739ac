package find

import (
	"bytes"
	"encoding/binary"
	"math"
	"sync"

	"golang.org/x/sys/unix"

	"lockscope/lock"
	"lockscope/lock/eintr"
)

// listing is what a walk needs to know of a directory.
type listing struct {
	dirs       []string // its sub-directories, or what may be one
	hasLock    bool
	hasPidfile bool
}

var listBuffers = sync.Pool{New: func() any { return new([listSize]byte) }}

// list reads the directory that fd is open on. A file system may leave an entry's type out (DT_UNKNOWN); opening
// it as a directory then tells.
func list(fd int, names lock.Names) (l listing, err error) {
	entries := 0
	err = eachName(fd, func(name []byte, typ byte) error {
		entries++
		switch {
		case entries > maxEntries || len(l.dirs) >= maxDirs:
			return errEndless
		case string(name) == names.Lock:
			l.hasLock = true
		case string(name) == names.Pidfile:
			l.hasPidfile = true
		case typ != unix.DT_DIR && typ != unix.DT_UNKNOWN:
		case string(name) != "." && string(name) != "..":
			l.dirs = append(l.dirs, string(name))
		}
		return nil
	})
	return l, err
}

// eachName calls do with the entries of the directory that fd is open on, until it returns an error.
func eachName(fd int, do func(name []byte, typ byte) error) error {
	buf := listBuffers.Get().(*[listSize]byte)
	defer listBuffers.Put(buf)
	for {
		var n int
		err := eintr.Retry(func() (err error) {
			n, err = unix.ReadDirent(fd, buf[:])
			return err
		})
		if err != nil || n <= 0 {
			return err
		}
		last := false
		for entries := buf[:n]; len(entries) > 0; {
			last = isLast(entries)
			var name []byte
			var typ byte
			name, typ, entries = nextDirent(entries)
			if err := do(name, typ); err != nil {
				return err
			}
		}
		if last {
			return nil
		}
	}
}

// isLast reports whether an entry is known to be the last of its directory. An entry's offset is the place
// of the next one, and many file systems (ext4, tmpfs) have a special value there at the end. On others
// one more call finds out that nothing is left. It takes as long as reading a short directory.
func isLast(entry []byte) bool {
	if len(entry) < direntHeader {
		return false
	}
	offset := binary.NativeEndian.Uint64(entry[8:])
	return offset == math.MaxInt32 || offset == math.MaxInt64
}

// direntHeader is the size of what precedes the name in a struct linux_dirent64.
const direntHeader = 19

// nextDirent cuts one struct linux_dirent64 off the front of what getdents64(2) returned: the inode number
// has 8 bytes, the offset 8, the length of the whole 2, the type 1; then comes the name up to a NUL.
func nextDirent(b []byte) (name []byte, typ byte, rest []byte) {
	if len(b) < direntHeader {
		return nil, unix.DT_REG, nil
	}
	size := int(binary.NativeEndian.Uint16(b[16:]))
	if size < direntHeader || size > len(b) {
		return nil, unix.DT_REG, nil
	}
	name, _, _ = bytes.Cut(b[direntHeader:size], []byte{0})
	return name, b[18], b[size:]
}
