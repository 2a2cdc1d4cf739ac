package proc

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// InitPIDNamespace is the initial PID namespace, in which every process of the host is visible
// (PROC_PID_INIT_INO in include/linux/proc_ns.h).
const InitPIDNamespace = "pid:[4026531836]"

// InitUserNamespace is the initial user namespace. The capabilities of a process in another one count for files and
// processes that belong to it (user_namespaces(7)). PROC_USER_INIT_INO in include/linux/proc_ns.h.
const InitUserNamespace = "user:[4026531837]"

var errNoMount = errors.New("on no mount that can be seen from here")

// MountNamespace identifies the task's mount namespace. In another one, the same path can lead to
// another file.
func (t Task) MountNamespace() (string, error) { return t.link("ns/mnt") }

// PIDNamespace identifies the task's PID namespace.
func (t Task) PIDNamespace() (string, error) { return t.link("ns/pid") }

// UserNamespace identifies the task's user namespace.
func (t Task) UserNamespace() (string, error) { return t.link("ns/user") }

// SharesMounts reports whether the task lives in this program's mount namespace.
func (f FS) SharesMounts(t Task) (bool, error) {
	theirs, err := t.MountNamespace()
	if err != nil {
		return false, err
	}
	ours, err := f.Self().MountNamespace()
	return err == nil && ours == theirs, nil
}

// Mounts returns the mounts for the paths that this program reads in a process's links. If the process
// is in our mount namespace these are our mounts, also if it is in a chroot: the kernel names its files
// from our root. In another namespace they are the mounts of the process.
//
// The error is errNoMount for a process that is in another mount namespace and in a chroot there.
func (f FS) Mounts(pid int) (Mounts, error) {
	t := f.Task(pid).Running()
	shared, err := f.SharesMounts(t)
	switch {
	case err != nil:
		return nil, err
	case shared:
		return f.Self().Mounts()
	}
	// In a chroot there, mountinfo has paths from its root directory, and the links have others.
	if root, err := t.Root(); err != nil || root != "/" {
		return nil, errors.Join(err, errNoMount)
	}
	return t.Mounts()
}

// Mounts returns the mounts that the task sees. Their paths begin at the task's root directory.
func (t Task) Mounts() (Mounts, error) {
	path := string(t) + "/mountinfo"
	file, err := os.Open(path)
	if errors.Is(err, unix.EINVAL) { // it has ended (mounts_open_common in fs/proc_namespace.c)
		return nil, pathError("open", path, unix.ESRCH)
	} else if err != nil {
		return nil, err
	}
	defer file.Close()
	return ParseMounts(file)
}
