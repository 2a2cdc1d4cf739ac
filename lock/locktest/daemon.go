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
	"lockscope/lock/proc"
)

// daemonProcess is the state of a daemon, in its own process.
type daemonProcess struct {
	dir         string
	held        *lock.Lock
	others      []*lock.Lock // of other directories, until it ends
	fd          int          // of the lock file
	loop        *looper
	leave       chan struct{} // closed to end the first thread
	removeAtEnd string        // a directory
}

// serveDaemon carries out the commands on its standard input until that ends. The last argument of
// the program is the data directory.
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
	if d.removeAtEnd != "" {
		removeTree(d.removeAtEnd)
	}
	os.Exit(0)
}

// do carries out one command. If the answer is empty, a child gives it.
func (d *daemonProcess) do(command string, args []string) (answer string, err error) {
	answer = "done"
	switch command {
	case "acquire":
		if d.held, err = lock.Acquire(d.dir); err == nil {
			answer, err = d.findLock()
		}
	case "acquire-other":
		var other *lock.Lock
		if other, err = lock.Acquire(args[0]); err == nil {
			d.others = append(d.others, other)
		}
	case "release":
		if d.held == nil {
			return "", errors.New("holds no lock")
		}
		err = d.held.Release()
		d.held = nil
	case "fork":
		answer, err = "", d.fork("/", args)
	case "fork-here": // the child's working directory is the data directory
		answer, err = "", d.fork(d.dir, args)
	case "thread":
		answer = strconv.Itoa(startThread())
	case "lock":
		answer, err = d.lockOtherwise(args[0])
	case "read": // a descriptor without a lock
		_, err = unix.Open(filepath.Join(d.dir, lockFile), unix.O_RDONLY|unix.O_CLOEXEC, 0)
	case "map-lock": // a mapping without a descriptor
		err = mapOnly(filepath.Join(d.dir, lockFile))
	case "open": // stays open: this is no os.File, which would be collected
		_, err = unix.Open(filepath.Join(d.dir, args[0]), unix.O_CREAT|unix.O_RDWR|unix.O_CLOEXEC, 0o644)
	case "map":
		err = mapFile(filepath.Join(d.dir, args[0]))
	case "chdir":
		err = os.Chdir(d.dir)
	case "headless":
		err = d.endFirstThread()
	case "sweep":
		d.removeAtEnd = args[0]
	case "loop":
		d.loop = startLoop(d.dir)
	case "stop":
		answer = d.loop.stop().String()
	default:
		err = fmt.Errorf("unknown command %q", command)
	}
	return answer, err
}

// findLock answers with the descriptor of the lock file, which package lock does not export, and with
// its inode.
func (d *daemonProcess) findLock() (string, error) {
	path := filepath.Join(d.dir, lockFile)
	var file, st unix.Stat_t
	if err := unix.Lstat(path, &file); err != nil {
		return "", err
	}
	fds, err := proc.Host.Self().Descriptors()
	for _, fd := range fds {
		if unix.Fstat(fd, &st) == nil && st.Ino == file.Ino && st.Dev == file.Dev {
			d.fd = fd
			return fmt.Sprintf("%d %d", fd, file.Ino), nil
		}
	}
	return "", errors.Join(err, fmt.Errorf("no descriptor of %s", path))
}

// fork starts a child that inherits the descriptor of the lock. This happens to a daemon that opens
// its lock file without close-on-exec.
func (d *daemonProcess) fork(cwd string, args []string) error {
	if d.held != nil {
		unix.FcntlInt(uintptr(d.fd), unix.F_SETFD, 0)
		defer unix.FcntlInt(uintptr(d.fd), unix.F_SETFD, unix.FD_CLOEXEC)
	}
	// CLONE_PARENT makes it the maker's child, so that the maker can wait for it after we are dead.
	child := program{exe: self, cwd: cwd, role: roleChild, args: args, flags: unix.CLONE_PARENT}
	_, err := fork(child, []*os.File{os.Stdin, os.Stdout, os.Stderr})
	return err
}

// lockOtherwise takes a lock on the lock file that no daemon takes: shared, POSIX or OFD. It answers
// with the descriptor, which stays open.
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

// startThread starts a thread that never ends, and returns its number.
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

// endFirstThread ends the first thread, while others go on. The process looks like a zombie then.
func (d *daemonProcess) endFirstThread() error {
	close(d.leave)
	for {
		if stat, err := proc.Host.Self().Stat(); err != nil || stat.State == 'Z' {
			return err
		}
	}
}

// removeTree removes a directory. It tries again, since processes that are about to end may still make
// files there.
func removeTree(root string) {
	for range 100 {
		if os.RemoveAll(root) == nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}
