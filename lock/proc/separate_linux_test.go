package proc

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

// What a thread has open, or works in, that shares neither with its process is used by that process.
func TestUsedByThread(t *testing.T) {
	pid := os.Getpid()
	if _, _, err := unix.Syscall6(unix.SYS_KCMP, uintptr(pid), uintptr(pid), kcmpFiles, 0, 0, 0); err != 0 {
		t.Skip("needs kcmp: ", err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "data"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	works, ends := make(chan error), make(chan bool)
	var work func()
	work = func() {
		runtime.LockOSThread() // without unlocking it: the thread ends with this function
		if unix.Gettid() == pid {
			go work() // on another thread, while this one is taken
			<-ends
			runtime.UnlockOSThread()
			return
		}
		err := unix.Unshare(unix.CLONE_FILES | unix.CLONE_FS)
		if err == nil {
			err = unix.Chdir(dir)
		}
		if err == nil {
			_, err = unix.Open("data", unix.O_RDWR|unix.O_CLOEXEC, 0)
		}
		works <- err
		<-ends
	}
	go work()
	defer close(ends)
	if err := <-works; err != nil {
		t.Fatal(err)
	}
	mounts, err := Host.Mounts(pid)
	if err != nil {
		t.Fatal(err)
	}
	used, err := Host.Task(pid).Used(mounts)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{dir, filepath.Join(dir, "data")} {
		if place, ok := mounts.Place(name); !ok || !slices.Contains(used, Used{Place: place}) {
			t.Errorf("%s is not among %v", name, used)
		}
	}
}
