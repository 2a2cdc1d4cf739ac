// Package proc reads what the kernel says, below /proc, of processes, their descriptors, locks and mounts. Nothing
// else in this program reads or parses any of it.
//
// The parsers are pure: they take a text or a reader. What they are given to read is below a root, an [FS], which a
// test replaces by a small tree of its own.
//
// No file that a descriptor or a mapping leads to is ever asked for, since its file system may hang: links in
// /proc are read, and never followed. Everything may be called concurrently.
package proc

import (
	"errors"
	"io/fs"
	"os"
	"strconv"
	"sync"

	"golang.org/x/sys/unix"
)

// FS is where a proc file system is mounted.
type FS string

// Host is the one of this program's PID namespace.
const Host FS = "/proc"

// Task is where /proc shows a process, or one of its threads: the kernel calls both a task.
type Task string

// Task returns where the process of a PID is shown. It need not be there.
func (f FS) Task(pid int) Task {
	var buf [64]byte // one allocation, since this is done for each process of a host
	return Task(strconv.AppendInt(append(append(buf[:0], f...), '/'), int64(pid), 10))
}

// Self is where this program is shown.
func (f FS) Self() Task { return Task(f + "/self") }

// Processes lists the PIDs of the processes that this program may see. The error says that there may be more.
func (f FS) Processes() ([]int, error) { return numbersIn(string(f)) }

// Threads lists the numbers of a process's threads.
func (t Task) Threads() ([]int, error) { return numbersIn(string(t) + "/task") }

// Descriptors lists the descriptors, in no order. Those of a task that ends meanwhile are no error.
func (t Task) Descriptors() ([]int, error) { return numbersIn(string(t) + "/fd") }

// thread is where one of a process's threads is shown.
func (t Task) thread(number int) Task { return t + Task("/task/"+strconv.Itoa(number)) }

// Running returns where /proc shows what the process has: t itself, or, where its first thread has exited
// and shows nothing, one of its other threads. All of them have the same descriptors and mounts.
func (t Task) Running() Task {
	if _, err := t.WorkingDir(); !errors.Is(err, fs.ErrNotExist) {
		return t
	}
	threads, _ := t.Threads()
	for _, number := range threads {
		if thread := t.thread(number); thread.hasWorkingDir() {
			return thread
		}
	}
	return t
}

func (t Task) hasWorkingDir() bool {
	_, err := t.WorkingDir()
	return err == nil
}

// IsGone reports whether an error of /proc means that the process, or what was asked of it, is not there. Where
// /proc hides other users' processes (hidepid in proc(5)), it looks the same.
func IsGone(err error) bool { return errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ESRCH) }

var textBuffers = sync.Pool{New: func() any { return new([textSize]byte) }}

// readText calls parse with the text of a file, which is gone when parse returns.
//
// It is done for each process of a host, and os.ReadFile makes twice the system calls: so a short file is read by one
// read. Only where that fills the buffer may there be more: the Groups line of status can be long (65,536 groups,
// NGROUPS_MAX), and a line cut short would give a wrong number.
func readText(path string, parse func(text []byte)) error {
	buf := textBuffers.Get().(*[textSize]byte)
	defer textBuffers.Put(buf)
	n, err := readStart(path, buf[:])
	text := buf[:n]
	if err == nil && n == len(buf) {
		text, err = os.ReadFile(path)
	}
	if err == nil {
		parse(text)
	}
	return err
}

// readStart reads the start of a file: as much as one read gives and buf takes.
func readStart(path string, buf []byte) (n int, err error) {
	var fd int
	err = ignoringEINTR(func() error {
		fd, err = unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
		return err
	})
	if err != nil {
		return 0, pathError("open", path, err)
	}
	defer unix.Close(fd)
	err = ignoringEINTR(func() error {
		n, err = unix.Read(fd, buf)
		return err
	})
	if err != nil {
		return 0, pathError("read", path, err)
	}
	return n, nil
}

// ignoringEINTR makes a system call again when a signal has interrupted it.
func ignoringEINTR(call func() error) error {
	for {
		if err := call(); err != unix.EINTR {
			return err
		}
	}
}

func pathError(op, path string, err error) error {
	return &fs.PathError{Op: op, Path: path, Err: err}
}
