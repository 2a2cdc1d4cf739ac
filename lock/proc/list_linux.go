package proc

import (
	"bytes"
	"encoding/binary"
	"sync"

	"golang.org/x/sys/unix"
)

var listBuffers = sync.Pool{New: func() any { return new([listSize]byte) }}

// numbersIn returns the entries of a directory that are numbers. It is no error if the process whose
// directory it is ends meanwhile.
func numbersIn(dir string) (numbers []int, err error) {
	fd, err := open(dir, unix.O_RDONLY|unix.O_DIRECTORY)
	if err != nil {
		return nil, err
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

// direntHeader is the number of bytes before the name in a struct linux_dirent64 (getdents64(2)): inode
// 8, offset 8, record length 2, type 1. The name ends with a NUL.
const direntHeader = 19

// appendNumbers appends the numbers among the names that getdents64(2) returned. A process may have many
// thousands of descriptors, so it makes no string of the other names.
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
