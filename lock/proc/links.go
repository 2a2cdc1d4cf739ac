package proc

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"

	"lockscope/lock/eintr"
)

// Deleted is the suffix that the kernel gives to the name of an open file that was unlinked (proc(5)).
const Deleted = " (deleted)"

// WorkingDir is the kernel's name of the working directory.
func (t Task) WorkingDir() (string, error) { return t.link("cwd") }

// Root is the kernel's name of the root directory. It is not "/" if the process is in a chroot in our
// mount namespace.
func (t Task) Root() (string, error) { return t.link("root") }

// Link is the kernel's name of the file that a descriptor is of.
func (t Task) Link(fd int) (string, error) { return readLink(string(t) + "/fd/" + strconv.Itoa(fd)) }

func (t Task) link(name string) (string, error) { return readLink(string(t) + "/" + name) }

// readLink does what os.Readlink does, without a buffer on the heap: several links of each process of a host
// are read.
func readLink(path string) (string, error) {
	var buf [linkStart]byte
	n := 0
	err := eintr.Retry(func() (err error) {
		n, err = unix.Readlink(path, buf[:])
		return err
	})
	switch {
	case err != nil:
		return "", pathError("readlink", path, err)
	case n == len(buf): // there may be more
		return os.Readlink(path)
	}
	return string(buf[:n]), nil
}

// OpenRoot opens the root directory, for *at calls only. The names of the files of a process in another
// mount namespace begin there. The caller closes the descriptor.
func (t Task) OpenRoot() (fd int, err error) {
	return open(string(t)+"/root", lookOnly|unix.O_DIRECTORY)
}
