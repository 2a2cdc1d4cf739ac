package locktest

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"golang.org/x/sys/unix"
)

// An environment variable tells a process what it is to be.
const (
	roleVar    = "LOCKTEST_ROLE"
	roleDaemon = "daemon" // carries out commands
	roleChild  = "child"  // keeps what it inherited, and does nothing
	roleFlock  = "flock"  // flock(1) -n FD
)

// self is the path of this program. It works even if the file was replaced or removed meanwhile.
const self = "/proc/self/exe"

var hooked bool

func init() {
	if os.Getenv(roleVar) != "" {
		runtime.LockOSThread() // keeps Main on the first thread, for endFirstThread
	}
}

// Main is where the processes of a World begin. A program that makes a World must call it before it
// does anything else. In a World's process it never returns; in any other process it does nothing.
func Main() {
	hooked = true
	role := os.Getenv(roleVar)
	if role == "" {
		return
	}
	os.Unsetenv(roleVar)
	os.WriteFile("/proc/self/comm", []byte(filepath.Base(os.Args[0])), 0) // or else it would be "exe"
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

// waitForEnd returns when the maker is gone. It does not read the pipe, which a child shares with its
// daemon: it would take commands away from it.
func waitForEnd() {
	pipe := []unix.PollFd{{Fd: 0}} // no events: POLLHUP is always reported
	for {
		if _, err := unix.Poll(pipe, -1); err != unix.EINTR {
			return
		}
	}
}
