//go:build linux

package proc

import (
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

func TestExists(t *testing.T) {
	for pid, want := range map[int]bool{
		os.Getpid(): true, os.Getppid(): true, 1: true,
		0: false, -1: false, -os.Getpid(): false, 1<<31 - 1: false, // groups, and nobody
	} {
		if Exists(pid) != want {
			t.Errorf("Exists(%d) = %v", pid, !want)
		}
	}
}

// A process that we may not signal exists all the same.
func TestExistsNotPermitted(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can start a process of another user")
	}
	q := exec.Command("sleep", "1000")
	q.SysProcAttr = &unix.SysProcAttr{Credential: &syscall.Credential{Uid: 65533, Gid: 65533}}
	if err := q.Start(); err != nil {
		t.Fatal(err)
	}
	defer q.Wait()
	defer q.Process.Kill()
	type answer struct {
		exists bool
		err    error
	}
	answers := make(chan answer)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with its user
		unix.RawSyscall(unix.SYS_SETRESUID, ^uintptr(0), 65534, ^uintptr(0))
		answers <- answer{Exists(q.Process.Pid), unix.Kill(q.Process.Pid, 0)}
	}()
	if got := <-answers; got != (answer{true, unix.EPERM}) {
		t.Errorf("%+v, want that it exists, and EPERM", got)
	}
}
