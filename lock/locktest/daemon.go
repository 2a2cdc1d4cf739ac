package locktest

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"lockscope/lock"
)

// daemonProcess is what a daemon is in its own process.
type daemonProcess struct {
	dir   string
	held  *lock.Lock
	fd    int // of the lock
	loop  *looper
	leave chan struct{} // closed to end the first thread
	sweep string        // directory to remove in the end
}

// serveDaemon does what its standard input tells it until that ends. Its last
// argument is the data directory.
func serveDaemon() {
	d := &daemonProcess{dir: os.Args[len(os.Args)-1], leave: make(chan struct{})}
	go d.serve()
	<-d.leave
	unix.Syscall(unix.SYS_EXIT, 0, 0, 0) // of this thread alone
}

func (d *daemonProcess) serve() {
	fmt.Println("ok", os.Getpid())
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		line, err := strconv.Unquote(in.Text())
		if err != nil {
			panic(err)
		}
		words := strings.Split(line, "\x00")
		answer, err := d.do(words[0], words[1:])
		var held *lock.HeldError
		switch {
		case errors.As(err, &held):
			fmt.Println("held", held.PID)
		case err != nil:
			fmt.Println("error", strconv.Quote(err.Error()))
		case answer != "":
			fmt.Println("ok", answer)
		}
	}
	if d.sweep != "" {
		sweep(d.sweep)
	}
	os.Exit(0)
}

// do carries out one command. An empty answer leaves answering to a child.
func (d *daemonProcess) do(command string, args []string) (answer string, err error) {
	answer = "done"
	switch command {
	case "acquire":
		if d.held, err = lock.Acquire(d.dir); err == nil {
			answer, err = d.findLock()
		}
	case "release":
		if d.held == nil {
			return "", errors.New("holds no lock")
		}
		err = d.held.Release()
		d.held = nil
	case "fork":
		answer, err = "", d.fork("/", args)
	case "fork-here": // into a child that works in the directory
		answer, err = "", d.fork(d.dir, args)
	case "thread":
		answer = strconv.Itoa(startThread())
	case "lock":
		answer, err = d.lockOtherwise(args[0])
	case "read": // a descriptor without a lock
		_, err = unix.Open(filepath.Join(d.dir, lockFile), unix.O_RDONLY|unix.O_CLOEXEC, 0)
	case "map-lock": // and no descriptor
		err = mapOnly(filepath.Join(d.dir, lockFile))
	case "open": // kept open: nothing of this process refers to it any more, and nothing collects it
		_, err = unix.Open(filepath.Join(d.dir, args[0]), unix.O_CREAT|unix.O_RDWR|unix.O_CLOEXEC, 0o644)
	case "map":
		err = mapFile(filepath.Join(d.dir, args[0]))
	case "chdir":
		err = os.Chdir(d.dir)
	case "headless":
		err = d.endFirstThread()
	case "sweep":
		d.sweep = args[0]
	case "loop":
		d.loop = startLoop(d.dir)
	case "stop":
		answer = d.loop.stop().String()
	default:
		err = fmt.Errorf("unknown command %q", command)
	}
	return answer, err
}

// findLock answers with the descriptor of the lock, which package lock keeps
// to itself, and with its inode.
func (d *daemonProcess) findLock() (string, error) {
	path := filepath.Join(d.dir, lockFile)
	var file, st unix.Stat_t
	if err := unix.Lstat(path, &file); err != nil {
		return "", err
	}
	entries, err := os.ReadDir("/proc/self/fd")
	for _, e := range entries {
		fd, _ := strconv.Atoi(e.Name())
		if unix.Fstat(fd, &st) == nil && st.Ino == file.Ino && st.Dev == file.Dev {
			d.fd = fd
			return fmt.Sprintf("%d %d", fd, file.Ino), nil
		}
	}
	return "", errors.Join(err, fmt.Errorf("no descriptor of %s", path))
}

// fork starts a child that inherits the lock, as it happens to a daemon whose
// descriptor is not close-on-exec.
func (d *daemonProcess) fork(cwd string, args []string) error {
	if d.held != nil {
		unix.FcntlInt(uintptr(d.fd), unix.F_SETFD, 0)
		defer unix.FcntlInt(uintptr(d.fd), unix.F_SETFD, unix.FD_CLOEXEC)
	}
	// The maker's child, who has it to wait for also when this process is dead.
	child := program{exe: self, cwd: cwd, role: roleChild, args: args, flags: unix.CLONE_PARENT}
	_, err := fork(child, []*os.File{os.Stdin, os.Stdout, os.Stderr})
	return err
}

// lockOtherwise locks the directory's lock file as no daemon does, by a descriptor that stays open.
// It answers with that.
func (d *daemonProcess) lockOtherwise(how string) (string, error) {
	fd, err := unix.Open(filepath.Join(d.dir, lockFile), unix.O_RDWR|unix.O_CREAT|unix.O_CLOEXEC, 0o666)
	if err != nil {
		return "", err
	}
	whole := unix.Flock_t{Type: unix.F_WRLCK}
	switch how {
	case "shared":
		err = unix.Flock(fd, unix.LOCK_SH|unix.LOCK_NB)
	case "posix":
		err = unix.FcntlFlock(uintptr(fd), unix.F_SETLK, &whole)
	case "ofd":
		err = unix.FcntlFlock(uintptr(fd), unix.F_OFD_SETLK, &whole)
	default:
		err = fmt.Errorf("unknown kind of lock %q", how)
	}
	return strconv.Itoa(fd), err
}

// startThread starts a thread that lasts, and returns its number.
func startThread() int {
	number := make(chan int)
	go func() {
		runtime.LockOSThread()
		number <- unix.Gettid()
		select {}
	}()
	return <-number
}

func mapFile(path string) error {
	if err := os.WriteFile(path, make([]byte, os.Getpagesize()), 0o644); err != nil {
		return err
	}
	return mapOnly(path)
}

func mapOnly(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = unix.Mmap(int(f.Fd()), 0, os.Getpagesize(), unix.PROT_READ, unix.MAP_SHARED)
	return err
}

// endFirstThread makes this process look like a zombie from outside, while
// this goroutine's thread serves on.
func (d *daemonProcess) endFirstThread() error {
	close(d.leave)
	for {
		stat, err := os.ReadFile("/proc/self/stat")
		if err != nil {
			return err
		}
		if i := strings.LastIndexByte(string(stat), ')'); strings.HasPrefix(string(stat[i+1:]), " Z") {
			return nil
		}
	}
}

// sweep removes a directory, in which processes that are about to end may still
// make files.
func sweep(root string) {
	for range 100 {
		if os.RemoveAll(root) == nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}
