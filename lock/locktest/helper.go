package locktest

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"golang.org/x/sys/unix"
)

// What a process is to be, told by an environment variable.
const (
	roleVar    = "LOCKTEST_ROLE"
	roleDaemon = "daemon" // does what it is told
	roleChild  = "child"  // has what it inherited, and does nothing
	roleFlock  = "flock"  // flock(1) -n FD
)

// self starts this very program, even if its file was replaced meanwhile.
const self = "/proc/self/exe"

var hooked bool

func init() {
	if os.Getenv(roleVar) != "" {
		runtime.LockOSThread() // keeps Main on the process's first thread, whose end makes it look like a zombie
	}
}

// Main is where the processes of a World begin: a program that makes one
// calls Main first of all. In such a process it never returns; in any other
// it does nothing.
func Main() {
	hooked = true
	role := os.Getenv(roleVar)
	if role == "" {
		return
	}
	os.Unsetenv(roleVar)
	os.WriteFile("/proc/self/comm", []byte(filepath.Base(os.Args[0])), 0) // else it would be "exe"
	switch role {
	case roleDaemon:
		serveDaemon()
	case roleChild:
		fmt.Println("ok", os.Getpid())
		waitForEnd()
	case roleFlock:
		if err := unix.Flock(9, unix.LOCK_EX|unix.LOCK_NB); err != nil {
			fmt.Fprintln(os.Stderr, "flock:", err)
			os.Exit(1)
		}
		fmt.Println(os.Getpid())
	default:
		fmt.Fprintf(os.Stderr, "%s: unknown role %q\n", roleVar, role)
		os.Exit(2)
	}
	os.Exit(0)
}

// waitForEnd returns when the maker is gone. It reads nothing: a child shares
// the pipe with its daemon, and must not take its commands away.
func waitForEnd() {
	pipe := []unix.PollFd{{Fd: 0}} // POLLHUP needs no asking
	for {
		if _, err := unix.Poll(pipe, -1); err != unix.EINTR {
			return
		}
	}
}
