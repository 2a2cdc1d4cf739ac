package proc

import (
	"errors"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

func TestMountsOfProcess(t *testing.T) {
	f := fixture(t)
	for pid, want := range map[int]struct {
		shared bool
		dev    uint64 // of the first mount
		err    error
	}{
		1:       {true, unix.Mkdev(254, 0), nil},
		5000002: {false, unix.Mkdev(0, 60), nil},
		5000005: {false, 0, errNoMount}, // its files are named from a root that it does not see
		5000006: {false, 0, os.ErrNotExist},
	} {
		mounts, err := f.Mounts(pid)
		if !errors.Is(err, want.err) || (err != nil) != (want.err != nil) || err == nil && mounts[0].Dev != want.dev {
			t.Errorf("%d: %+v, %v, want %+v", pid, mounts, err, want)
		}
		if shared, _ := f.SharesMounts(f.Task(pid).Running()); shared != want.shared {
			t.Errorf("%d shares our mounts: %v", pid, shared)
		}
	}
	// In a chroot of our namespace, the kernel names files as it does for us.
	jailed := string(f.Task(5000005))
	os.Remove(jailed + "/ns/mnt")
	if err := os.Symlink("mnt:[4026531841]", jailed+"/ns/mnt"); err != nil {
		t.Fatal(err)
	}
	if mounts, err := f.Mounts(5000005); err != nil || mounts[0].Dev != unix.Mkdev(254, 0) {
		t.Errorf("in a chroot: %+v, %v", mounts, err)
	}
	// If ours cannot be read, no process shares it.
	os.Remove(string(f.Self()) + "/ns/mnt")
	if shared, err := f.SharesMounts(f.Task(5000005)); shared || err != nil {
		t.Errorf("shares what is not known: %v, %v", shared, err)
	}
}
