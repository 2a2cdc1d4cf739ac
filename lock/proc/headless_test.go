//go:build linux

package proc

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// headlessVar has the test binary run as headless instead, in the directory that it names.
const headlessVar = "PROC_TEST_HEADLESS"

func init() {
	if os.Getenv(headlessVar) != "" {
		runtime.LockOSThread() // main runs on the first thread
	}
}

func TestMain(m *testing.M) {
	if dir := os.Getenv(headlessVar); dir != "" {
		headless(dir)
	}
	os.Exit(m.Run())
}

// headless holds the flock on a file in a directory, and works there. Its first thread ends, while others live until the end
// of standard input.
func headless(dir string) {
	if err := os.Chdir(dir); err != nil {
		panic(err)
	}
	fd, err := unix.Open("lock", unix.O_RDWR|unix.O_CREAT|unix.O_CLOEXEC, 0o644)
	if err == nil {
		err = unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB)
	}
	if err != nil {
		panic(err)
	}
	go func() {
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	fmt.Println(fd)
	unix.Syscall(unix.SYS_EXIT, 0, 0, 0)
}

// startHeadless starts such a process, which ends with the test. It returns when the first thread has exited.
func startHeadless(t *testing.T, dir string) (cmd *exec.Cmd, fd int) {
	t.Helper()
	cmd = exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), headlessVar+"="+dir)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		cmd.Wait()
	})
	line, _ := bufio.NewReader(stdout).ReadString('\n')
	if _, err := fmt.Sscan(line, &fd); err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	for {
		if stat, err := Host.Task(cmd.Process.Pid).Stat(); err != nil {
			t.Fatal(err)
		} else if stat.State == 'Z' {
			return cmd, fd
		}
		runtime.Gosched()
	}
}

// A process whose first thread has exited looks like a zombie, and runs: what it has, its other threads show.
func TestHeadless(t *testing.T) {
	dir := t.TempDir()
	cmd, fd := startHeadless(t, dir)
	pid := cmd.Process.Pid
	if p, state, err := Host.Find(pid); state != Alive || p.PID != pid || p.Ticks == 0 || err != nil {
		t.Errorf("%+v, %v, %v, want alive", p, state, err)
	}
	if fds, err := Host.Task(pid).Descriptors(); len(fds) > 0 {
		t.Errorf("the first thread has descriptors: %v, %v", fds, err)
	}
	task := Host.Task(pid).Running()
	if info := task.FDInfo(fd); info.Flock.Kind != Flock || info.Flock.PID != pid {
		t.Errorf("%s, descriptor %d: %+v", task, fd, info)
	}
	if link, err := task.Link(fd); link != filepath.Join(dir, "lock") || err != nil {
		t.Errorf("descriptor %d is %q, %v", fd, link, err)
	}
	if shared, err := Host.SharesMounts(task); !shared || err != nil {
		t.Errorf("our mounts: %v, %v", shared, err)
	}
	mounts, err := Host.Mounts(pid)
	if err != nil {
		t.Fatal(err)
	}
	place, ok := mounts.Place(dir)
	if !ok {
		t.Fatalf("%s has no place", dir)
	}
	below := 0
	used, err := Host.Task(pid).Used(mounts)
	for _, u := range used {
		if u.Below(place) {
			below++
		}
	}
	if below < 2 || err != nil { // the directory, and the file
		t.Errorf("uses %d things of %+v (%v): %+v", below, place, err, used)
	}
}
