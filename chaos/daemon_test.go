package chaos

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"lockscope/lock"
	"lockscope/lock/proc"
)

// roleVar tells a process of the test binary what it is to be.
const roleVar = "LOCKSCOPE_CHAOS_ROLE"

const (
	roleDaemon = "daemon"
	roleHeir   = "heir" // keeps what it inherited, and does nothing
	roleInit   = "init" // the first process of a PID namespace, which starts a daemon
)

// serveDaemon carries out commands, one a line, until its input ends. It answers with one line: how it went, when it
// began and when it was done, and what came of it.
func serveDaemon() {
	os.Unsetenv(roleVar)
	fmt.Println("ok", int64(now()), int64(now()), os.Getpid())
	var held *lock.Lock
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		command, arg, _ := strings.Cut(in.Text(), " ")
		began := now()
		said, err := "", error(nil)
		switch command {
		case "acquire":
			held, err = lock.Acquire(arg)
		case "break":
			held, err = lock.AcquireOrBreakStale(arg)
		case "release":
			err = held.Release()
			held = nil
		case "burst":
			said, err = burst(arg)
		case "leak":
			said, err = leak(arg)
		}
		ended := now()
		var refused *lock.HeldError
		switch {
		case errors.As(err, &refused):
			fmt.Println("refused", int64(began), int64(ended), refused.PID)
		case errors.Is(err, lock.ErrHeld):
			fmt.Println("refused", int64(began), int64(ended), 0)
		case err != nil:
			fmt.Println("failed", int64(began), int64(ended), strings.ReplaceAll(err.Error(), "\n", " "))
		default:
			fmt.Println("ok", int64(began), int64(ended), said)
		}
	}
}

// burst acquires and releases as fast as it can for some time. Nobody else does. It says how often it did.
func burst(dir string) (string, error) {
	n := 0
	for end := time.Now().Add(burstTime); time.Now().Before(end); n++ {
		l, err := lock.Acquire(dir)
		if err != nil {
			return "", err
		}
		if err := l.Release(); err != nil {
			return "", err
		}
	}
	return fmt.Sprint(n), nil
}

// leak starts a child that inherits the descriptor of the lock, as that of a daemon does which opens its lock file
// without close-on-exec. It says the child's PID.
func leak(cwd string) (string, error) {
	fds, err := proc.Host.Self().Descriptors()
	if err != nil {
		return "", err
	}
	for _, fd := range fds {
		if name, err := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", fd)); err != nil || !strings.Contains(name, lock.DefaultNames.Lock) {
			continue
		}
		unix.FcntlInt(uintptr(fd), unix.F_SETFD, 0)
		defer unix.FcntlInt(uintptr(fd), unix.F_SETFD, unix.FD_CLOEXEC)
	}
	// CLONE_PARENT makes it the test's child, which waits for it when this process has ended.
	pid, err := syscall.ForkExec("/proc/self/exe", []string{"logrotate"}, &syscall.ProcAttr{
		Dir: cwd, Env: append(os.Environ(), roleVar+"="+roleHeir), Files: []uintptr{0, 2, 2},
		Sys: &syscall.SysProcAttr{Cloneflags: unix.CLONE_PARENT},
	})
	return fmt.Sprint(pid), err
}

// serveHeir waits until the test has ended: it is the only one with the other end of the pipe.
func serveHeir() {
	pipe := []unix.PollFd{{Fd: 0}} // POLLHUP is always reported
	for {
		if _, err := unix.Poll(pipe, -1); err != unix.EINTR {
			return
		}
	}
}

// serveInit is the first process of a PID namespace, in a mount namespace of its own. It starts a daemon, whose PID
// there comes after its argument, and ends with it.
func serveInit() {
	err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, "")
	if err == nil {
		err = unix.Mount("proc", "/proc", "proc", 0, "")
	}
	if err == nil {
		err = os.WriteFile("/proc/sys/kernel/ns_last_pid", []byte(os.Args[1]), 0)
	}
	if err == nil {
		cmd := exec.Command("/proc/self/exe")
		cmd.Env = append(os.Environ(), roleVar+"="+roleDaemon)
		cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
		err = cmd.Run()
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		fmt.Fprintln(os.Stderr, "init:", err)
	}
}
