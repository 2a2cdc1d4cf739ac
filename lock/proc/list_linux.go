package proc

import (
	"bytes"
	"encoding/binary"
	"strconv"
	"sync"

	"golang.org/x/sys/unix"

	"lockscope/lock/eintr"
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
	return readNumbers(fd, dir)
}

// readNumbers does so for the directory that fd is open on.
func readNumbers(fd int, dir string) (numbers []int, err error) {
	buf := listBuffers.Get().(*[listSize]byte)
	defer listBuffers.Put(buf)
	for {
		var n int
		err := eintr.Retry(func() (err error) {
			n, err = unix.ReadDirent(fd, buf[:])
			return err
		})
		switch {
		case IsGone(err) || err == nil && n <= 0:
			return numbers, nil
		case err != nil:
			return numbers, pathError("readdir", dir, err)
		default:
			numbers = appendNumbers(numbers, buf[:n])
		}
	}
}

// DescriptorCount returns how many descriptors a task has open, from what its directory of them says of
// itself, which is faster than to list it. It is 0 for a task that has none, has ended or is hidden from
// here, and for all of them before Linux 6.2 (proc_readfd_count in fs/proc/fd.c).
func (t Task) DescriptorCount() int {
	var st unix.Stat_t
	if unix.Stat(string(t)+"/fd", &st) != nil {
		return 0
	}
	return int(st.Size)
}

// Links calls found with each open descriptor and the kernel's name of its file, which is valid until
// found returns. That takes half the time of Descriptors and a Link for each. It leaves out what is closed
// meanwhile. It is no error if the task ends.
func (t Task) Links(found func(fd int, name []byte)) error {
	path := string(t) + "/fd"
	dir, err := open(path, unix.O_RDONLY|unix.O_DIRECTORY)
	if IsGone(err) {
		return nil
	} else if err != nil {
		return err
	}
	defer unix.Close(dir)
	fds, err := readNumbers(dir, path)
	var buf [unix.PathMax]byte // the kernel gives no longer name (do_proc_readlink in fs/proc/base.c)
	for _, fd := range fds {
		if n, err := unix.Readlinkat(dir, strconv.Itoa(fd), buf[:]); err == nil {
			found(fd, buf[:n])
		}
	}
	return err
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
