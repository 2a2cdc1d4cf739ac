package proc

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

func TestListings(t *testing.T) {
	f := fixture(t)
	for name, test := range map[string]struct {
		list func() ([]int, error)
		want []int
	}{
		"processes":                 {f.Processes, []int{1, 5000002, 5000005, 5000006, 5000007, 5000008}},
		"threads":                   {f.Task(1).Threads, []int{1, 5000001}},
		"descriptors":               {f.Task(1).Descriptors, []int{0, 1, 2, 3, 4, 12}},
		"descriptors of the exited": {f.Task(5000002).Descriptors, nil},
	} {
		got, err := test.list()
		slices.Sort(got)
		if err != nil || !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, %v, want %v", name, got, err, test.want)
		}
	}
	if got, err := f.Task(2).Descriptors(); !IsGone(err) || got != nil {
		t.Errorf("nobody's descriptors: %v, %v", got, err)
	}
	if _, err := (f + "/locks").Processes(); IsGone(err) || !errors.Is(err, unix.ENOTDIR) {
		t.Errorf("a file is listed: %v", err)
	}
}

func TestRunning(t *testing.T) {
	f := fixture(t)
	for pid, want := range map[int]Task{
		1:       f.Task(1),
		2:       f.Task(2), // nobody
		5000002: f.Task(5000002).thread(5000004),
		5000008: f.Task(5000008), // shows nothing, and has no threads
	} {
		if got := f.Task(pid).Running(); got != want {
			t.Errorf("%d: %q, want %q", pid, got, want)
		}
	}
}

func TestIsGone(t *testing.T) {
	for err, want := range map[error]bool{
		&fs.PathError{Err: unix.ENOENT}: true, &fs.PathError{Err: unix.ESRCH}: true, unix.ESRCH: true,
		unix.EACCES: false, unix.EPERM: false, unix.EMFILE: false, unix.EIO: false, os.ErrDeadlineExceeded: false, nil: false,
	} {
		if IsGone(err) != want {
			t.Errorf("%v: %v", err, !want)
		}
	}
}

func TestSysctl(t *testing.T) {
	f := fixture(t)
	if n, err := f.Sysctl("fs/leases-enable"); n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if n, err := f.Sysctl("fs/odd"); n != 0 || err == nil {
		t.Errorf("%d, %v", n, err)
	}
	if _, err := f.Sysctl("fs/none"); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}
