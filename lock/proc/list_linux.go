package proc

import (
	"bytes"
	"encoding/binary"
	"sync"

	"golang.org/x/sys/unix"
)

var listBuffers = sync.Pool{New: func() any { return new([listSize]byte) }}

// numbersIn returns the entries of a directory that are numbers. That what it lists has ended meanwhile is no error.
func numbersIn(dir string) (numbers []int, err error) {
	var fd int
	err = ignoringEINTR(func() error {
		fd, err = unix.Open(dir, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		return err
	})
	if err != nil {
		return nil, pathError("open", dir, err)
	}
	defer unix.Close(fd)
	buf := listBuffers.Get().(*[listSize]byte)
	defer listBuffers.Put(buf)
	for {
		n, err := unix.ReadDirent(fd, buf[:])
		switch {
		case err == unix.EINTR:
		case IsGone(err) || err == nil && n <= 0:
			return numbers, nil
		case err != nil:
			return numbers, pathError("readdir", dir, err)
		default:
			numbers = appendNumbers(numbers, buf[:n])
		}
	}
}

// direntHeader is the size of what precedes the name in a struct linux_dirent64 (getdents64(2)): inode 8 bytes,
// offset 8, record length 2, type 1. The name ends with a NUL.
const direntHeader = 19

// appendNumbers appends the names in what getdents64(2) returned that are numbers. A process may have many thousands
// of descriptors, so no string is made of any.
func appendNumbers(numbers []int, entries []byte) []int {
	for len(entries) >= direntHeader {
		size := int(binary.NativeEndian.Uint16(entries[16:]))
		if size < direntHeader || size > len(entries) {
			break
		}
		name, _, _ := bytes.Cut(entries[direntHeader:size], []byte{0})
		if number, ok := parseUint(name, 10, 31); ok {
			numbers = append(numbers, int(number))
		}
		entries = entries[size:]
	}
	return numbers
}
