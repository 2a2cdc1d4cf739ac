//go:build linux

package proc

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// headlessVar makes the test binary run headless in the directory that it names.
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

// headless works in a directory and holds the flock on a file there. Its first thread exits, and
// others live until the end of standard input.
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
