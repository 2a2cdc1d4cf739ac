package proc

import (
	"errors"
	"os"
)

// InitPIDNamespace is the PID namespace that sees every process of the host (PROC_PID_INIT_INO in
// include/linux/proc_ns.h).
const InitPIDNamespace = "pid:[4026531836]"

var errNoMount = errors.New("on no mount that can be seen from here")

// MountNamespace identifies the task's mount namespace. What one process calls a path is another file to a process
// of another namespace.
func (t Task) MountNamespace() (string, error) { return t.link("ns/mnt") }

// PIDNamespace identifies the task's PID namespace.
func (t Task) PIDNamespace() (string, error) { return t.link("ns/pid") }

// SharesMounts reports whether the task lives in this program's mount namespace.
func (f FS) SharesMounts(t Task) (bool, error) {
	theirs, err := t.MountNamespace()
	if err != nil {
		return false, err
	}
	ours, err := f.Self().MountNamespace()
	return err == nil && ours == theirs, nil
}

// Mounts returns the mounts that the paths in a process's links refer to, as this program reads them. In
// its own namespace those are its own, also where the other is in a chroot; in another, they are that process's.
func (f FS) Mounts(pid int) (Mounts, error) {
	t := f.Task(pid).Running()
	shared, err := f.SharesMounts(t)
	switch {
	case err != nil:
		return nil, err
	case shared:
		return f.Self().Mounts()
	}
	// There, mountinfo starts from its root directory, and links do not.
	if root, err := t.Root(); err != nil || root != "/" {
		return nil, errors.Join(err, errNoMount)
	}
	return t.Mounts()
}

// Mounts returns the mounts that the task sees, by the paths that lead to them from its root directory.
func (t Task) Mounts() (Mounts, error) {
	file, err := os.Open(string(t) + "/mountinfo")
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return ParseMounts(file)
}
