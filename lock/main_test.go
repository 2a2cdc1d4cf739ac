//go:build linux

package lock_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lockscope/lock"
)

func TestMain(m *testing.M) {
	if os.Getenv(peerVar) != "" {
		os.Exit(peerMain(os.Args[1:]))
	}
	os.Exit(m.Run())
}

func init() {
	if os.Getenv(peerVar) != "" {
		runtime.LockOSThread() // main runs on the thread-group leader, for headless
	}
}

// peerMain is the program of the Go peer.
func peerMain(args []string) int {
	dir := args[1]
	switch args[0] {
	case "acquire":
		return holdUntilTold(lock.Acquire(dir))
	case "break":
		return holdUntilTold(lock.AcquireOrBreakStale(dir))
	case "inherit":
		l, err := lock.Acquire(dir)
		if err != nil {
			return holdUntilTold(l, err)
		}
		fmt.Printf("HELD %d CHILD %d\n", os.Getpid(), passOn(dir, args[2]))
		return obey(l)
	case "loop":
		return loop(dir, args[2], lock.Acquire)
	case "loopbreak":
		return loop(dir, args[2], lock.AcquireOrBreakStale)
	case "breakuntil":
		breakUntil(dir, args[2])
		return 0
	case "leases":
		askByLeases(dir)
		return 0
	case "posix":
		posix(dir, args[2])
	case "headless":
		headless(dir)
	}
	return 2
}

func holdUntilTold(l *lock.Lock, err error) int {
	var held *lock.HeldError
	var refused *lock.RefusedError
	switch {
	case errors.As(err, &held):
		fmt.Println("ERR LockHeld", held.PID)
		return 3
	case errors.As(err, &refused) && errors.Is(err, lock.ErrHeld):
		fmt.Println("ERR StaleLockBreakRefused", refused.PID)
		return 4
	case err != nil:
		fmt.Println("ERR", err)
		return 5
	}
	fmt.Println("HELD", os.Getpid())
	return obey(l)
}

func obey(l *lock.Lock) int {
	for in := bufio.NewScanner(os.Stdin); in.Scan() && in.Text() != "release"; {
		if in.Text() == "die" {
			os.Exit(137)
		}
	}
	if err := l.Release(); err != nil {
		fmt.Println("ERR", err)
		return 5
	}
	fmt.Println("RELEASED")
	return 0
}

// passOn starts a sleep that inherits the descriptor of dir's lock file.
func passOn(dir, seconds string) (pid int) {
	sleep := exec.Command("sleep", seconds)
	sleep.ExtraFiles = []*os.File{dupLockFD(dir)}
	if err := sleep.Start(); err != nil {
		panic(err)
	}
	sleep.ExtraFiles[0].Close()
	return sleep.Process.Pid
}

// dupLockFD duplicates the descriptor of dir's lock file in this process. Both share the lock, as
// those of a parent and its child do.
func dupLockFD(dir string) *os.File {
	want, err := os.Stat(filepath.Join(dir, lock.DefaultNames.Lock))
	if err != nil {
		panic(err)
	}
	fds, _ := os.ReadDir("/proc/self/fd")
	for _, fd := range fds {
		if got, err := os.Stat("/proc/self/fd/" + fd.Name()); err == nil && os.SameFile(got, want) {
			n, _ := strconv.Atoi(fd.Name())
			if n, err = unix.FcntlInt(uintptr(n), unix.F_DUPFD_CLOEXEC, 3); err != nil {
				panic(err)
			}
			return os.NewFile(uintptr(n), want.Name())
		}
	}
	panic("the lock file is not among this process's descriptors")
}

// loop acquires and releases as fast as it can, at least once. It counts how often it held the
// lock, and what must not be while it does: a file of another holder, or a pidfile that does not
// name us.
func loop(dir, seconds string, take func(string) (*lock.Lock, error)) int {
	limit, err := time.ParseDuration(seconds + "s")
	if err != nil {
		panic(err)
	}
	var acquired, held, overlap, pidfileOther, replaced, failed int
	mine := strconv.Itoa(os.Getpid()) + "\n"
	ours := func() bool {
		text, err := os.ReadFile(filepath.Join(dir, lock.DefaultNames.Pidfile))
		return err == nil && string(text) == mine
	}
	inside := filepath.Join(dir, "inside")
	for end := time.Now().Add(limit); acquired == 0 || time.Now().Before(end); {
		l, err := take(dir)
		if errors.Is(err, lock.ErrHeld) {
			held++
			continue
		} else if err != nil {
			fmt.Fprintln(os.Stderr, err)
			failed++
			continue
		}
		acquired++
		if !ours() {
			pidfileOther++
		}
		if err := unix.Mkdir(inside, 0o755); err != nil {
			overlap++
		}
		if l.Check() != nil {
			replaced++
		}
		if err := unix.Rmdir(inside); err != nil {
			overlap++
		}
		if !ours() {
			pidfileOther++
		}
		if l.Release() != nil {
			failed++
		}
	}
	fmt.Printf(`{"acquired":%d,"held":%d,"overlap":%d,"pidfile_other":%d,"replaced":%d,"io":%d}`+"\n",
		acquired, held, overlap, pidfileOther, replaced, failed)
	return 0
}

// posix takes a POSIX lock on dir's lock file, for reading or for writing, and keeps it.
func posix(dir, kind string) {
	f, err := os.OpenFile(filepath.Join(dir, lock.DefaultNames.Lock), os.O_RDWR, 0)
	if err != nil {
		panic(err)
	}
	l := unix.Flock_t{Type: unix.F_RDLCK}
	if kind == "write" {
		l.Type = unix.F_WRLCK
	}
	if err := unix.FcntlFlock(f.Fd(), unix.F_SETLK, &l); err != nil {
		panic(err)
	}
	fmt.Println("HELD", os.Getpid())
	bufio.NewReader(os.Stdin).ReadString('\n')
	f.Close()
}

// askByLeases takes leases as fast as it can until it is told to end, as an inspector does once.
func askByLeases(dir string) {
	var end atomic.Bool
	go func() {
		bufio.NewReader(os.Stdin).ReadString('\n')
		end.Store(true)
	}()
	path, granted, refused := filepath.Join(dir, lock.DefaultNames.Lock), 0, 0
	for !end.Load() {
		fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
		if err != nil {
			refused++ // by another lease
			continue
		}
		if _, err := unix.FcntlInt(uintptr(fd), unix.F_SETLEASE, unix.F_WRLCK); err == nil {
			unix.FcntlInt(uintptr(fd), unix.F_SETLEASE, unix.F_UNLCK)
			granted++
		} else {
			refused++
		}
		unix.Close(fd)
	}
	fmt.Printf("GRANTED %d REFUSED %d\n", granted, refused)
}

// breakUntil breaks what it sees. It stops at a step and says so, until it is told to go on.
func breakUntil(dir, step string) {
	seen, err := lock.Inspect(dir)
	if err != nil {
		panic(err)
	}
	removed, err := lock.BreakStaleAt(dir, seen, func(now string) {
		if now == step {
			fmt.Println("AT", step)
			bufio.NewReader(os.Stdin).ReadString('\n')
		}
	})
	fmt.Println("REMOVED", removed, err)
}

// headless works in dir. Its first thread exits, and others live until the end of standard input.
func headless(dir string) {
	if err := os.Chdir(dir); err != nil {
		panic(err)
	}
	go func() {
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	fmt.Println("READY")
	unix.Syscall(unix.SYS_EXIT, 0, 0, 0)
}
