package proc

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// Deleted is what the kernel appends to the name of an open file that was unlinked (proc(5)).
const Deleted = " (deleted)"

// WorkingDir is what the kernel calls the working directory.
func (t Task) WorkingDir() (string, error) { return t.link("cwd") }

// Root is what the kernel calls the root directory. In our mount namespace, that of a process in a chroot is not "/".
func (t Task) Root() (string, error) { return t.link("root") }

// Link is what the kernel calls the file of a descriptor.
func (t Task) Link(fd int) (string, error) { return os.Readlink(string(t) + "/fd/" + strconv.Itoa(fd)) }

func (t Task) link(name string) (string, error) { return os.Readlink(string(t) + "/" + name) }

// OpenRoot opens the root directory, for *at calls alone: the names of the files of a process in another mount
// namespace begin there. The descriptor is the caller's to close.
func (t Task) OpenRoot() (fd int, err error) {
	path := string(t) + "/root"
	err = ignoringEINTR(func() error {
		fd, err = unix.Open(path, lookOnly|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		return err
	})
	if err != nil {
		return -1, pathError("open", path, err)
	}
	return fd, nil
}
