// Package proc reads what /proc says of processes and their descriptors, locks and mounts. No other
// package of this program reads or parses /proc.
//
// The parsers are pure functions of a text or a reader. The readers start from an [FS], the root of a
// proc file system, which a test replaces by a small tree of files.
//
// The links in /proc are read and never followed, because the file system of an open or mapped file
// may hang. Only [Task.OpenRoot] follows one, to a root directory.
//
// What the kernel shows can change between any two reads. Names and command lines come from the
// processes themselves, and may have any byte in them.
//
// All functions and methods may be called concurrently.
package proc

import (
	"errors"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sys/unix"

	"lockscope/lock/eintr"
)

// FS is the path at which a proc file system is mounted.
type FS string

// Host is the proc file system of this program's PID namespace.
const Host FS = "/proc"

// Task is the directory in /proc of a process or of one of its threads. The kernel calls both a task.
type Task string

// Task returns the directory of the process with this PID. It need not exist.
func (f FS) Task(pid int) Task {
	var buf [64]byte // one allocation, since this is done for each process of a host
	return Task(strconv.AppendInt(append(append(buf[:0], f...), '/'), int64(pid), 10))
}

// Self is the directory of this program.
func (f FS) Self() Task { return Task(f + "/self") }

// Processes lists the PIDs of the processes that this program may see. An error means that there may be
// more.
func (f FS) Processes() ([]int, error) { return numbersIn(string(f)) }

// Threads lists the numbers of a process's threads.
func (t Task) Threads() ([]int, error) { return numbersIn(string(t) + "/task") }

// Descriptors lists the open descriptors, in no particular order. It is no error if the task ends
// meanwhile.
func (t Task) Descriptors() ([]int, error) { return numbersIn(string(t) + "/fd") }

// Sysctl returns the number that a setting of the kernel has, such as fs/inotify/max_user_watches (proc_sys(5)).
func (f FS) Sysctl(name string) (int, error) {
	path := string(f) + "/sys/" + name
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0, pathError("read", path, err)
	}
	return n, nil
}

// thread is the directory of one of a process's threads.
func (t Task) thread(number int) Task { return t + Task("/task/"+strconv.Itoa(number)) }

// Running returns the directory that shows the descriptors, links and mounts of the process. That is t
// itself, unless its first thread has exited: then t shows nothing, and Running returns one of the
// other threads. Hardly any thread has others than its process: see separate.
func (t Task) Running() Task {
	if _, err := t.WorkingDir(); !errors.Is(err, fs.ErrNotExist) {
		return t
	}
	threads, _ := t.Threads()
	for _, number := range threads {
		thread := t.thread(number)
		if _, err := thread.WorkingDir(); err == nil {
			return thread
		}
	}
	return t
}

// IsGone reports whether an error from /proc means that the process, or what was asked about it, does
// not exist. A process of another user that /proc hides (hidepid in proc(5)) looks the same.
func IsGone(err error) bool { return errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ESRCH) }

var textBuffers = sync.Pool{New: func() any { return new([textSize]byte) }}

// readText calls parse with the text of a file. The text is valid until parse returns.
//
// It runs for each process of a host, and os.ReadFile makes twice as many system calls. So it reads
// once, and goes on only if that filled the buffer. This happens with the Groups line of status, which
// has up to 65,536 numbers (NGROUPS_MAX). The rest matters: a line that is cut short gives a wrong
// number.
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

// readStart reads the start of a file, as much as one read(2) puts into buf.
func readStart(path string, buf []byte) (n int, err error) {
	fd, err := open(path, unix.O_RDONLY)
	if err != nil {
		return 0, err
	}
	defer unix.Close(fd)
	err = eintr.Retry(func() error {
		n, err = unix.Read(fd, buf)
		return err
	})
	if err != nil {
		return 0, pathError("read", path, err)
	}
	return n, nil
}

func open(path string, flags int) (fd int, err error) {
	err = eintr.Retry(func() error {
		fd, err = unix.Open(path, flags|unix.O_CLOEXEC, 0)
		return err
	})
	if err != nil {
		return -1, pathError("open", path, err)
	}
	return fd, nil
}

func pathError(op, path string, err error) error {
	return &fs.PathError{Op: op, Path: path, Err: err}
}
