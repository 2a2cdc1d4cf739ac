package lock

import (
	"errors"
	"path"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"lockscope/lock/eintr"
	"lockscope/lock/proc"
)

// HeldDir is a directory whose lock a process holds.
type HeldDir struct {
	Path    string  // as the process sees it
	Pidfile Pidfile // the pidfile there; Err says why it could not be read
}

var heldSearches = make(chan struct{}, maxHeldSearches)

var errHeldLimit = errors.New("the directories of its locks give no answer")

// HeldBy returns the directories whose locks a process holds. It follows no symlink, and takes half a
// second at most. An error means that there may be more. It may be called concurrently.
func (n Names) HeldBy(p proc.Process) ([]HeldDir, error) {
	n = n.OrDefault()
	select {
	case heldSearches <- struct{}{}:
	default:
		return nil, errHeldLimit
	}
	type result struct {
		dirs []HeldDir
		err  error
	}
	found := make(chan result, 1)
	go func() {
		defer func() { <-heldSearches }()
		dirs, err := n.heldBy(p)
		found <- result{dirs, err}
	}()
	select {
	case r := <-found:
		return r.dirs, r.err
	case <-time.After(heldSearchTimeout):
		return nil, errHeldLimit
	}
}

func (n Names) heldBy(p proc.Process) (dirs []HeldDir, err error) {
	task := proc.Host.Task(p.PID).Running()
	root, err := openRootOf(task)
	if err != nil {
		return nil, err
	}
	defer unix.Close(root)
	err = eachFlock(task, n.Lock, func(link string, _ proc.FDInfo) {
		link, deleted := strings.CutSuffix(link, proc.Deleted)
		dir := path.Dir(link)
		dirs = append(dirs, HeldDir{dir, n.pidfileBelow(root, dir, deleted)})
	})
	return dirs, err
}

// openRootOf opens the directory at which the kernel's names of a process's files begin, when this
// program reads them. In our mount namespace that is our root directory, also if the process is in a
// chroot. In another one it is the root directory of the process.
func openRootOf(task proc.Task) (fd int, err error) {
	if shared, err := proc.Host.SharesMounts(task); err == nil && shared {
		return proc.Host.Self().OpenRoot()
	}
	return task.OpenRoot()
}

// eachFlock calls found for each file of this name that the process holds a flock on, with the
// kernel's name of the file and the fdinfo of the descriptor. An error means that there may be more.
func eachFlock(task proc.Task, name string, found func(link string, info proc.FDInfo)) error {
	fds, err := task.Descriptors()
	for _, fd := range fds {
		link, err := task.Link(fd)
		if err != nil || path.Base(strings.TrimSuffix(link, proc.Deleted)) != name {
			continue
		}
		if info := task.FDInfo(fd); info.Flock.Kind == proc.Flock {
			found(link, info)
		}
	}
	return err
}

// namedHolds reports whether the process that the pidfile names now holds the lock.
func (d Dir) namedHolds(file FileID) (holds bool) {
	p, state, err := proc.Host.Find(d.Pidfile().PID)
	if err != nil || state != proc.Alive {
		return false
	}
	eachFlock(proc.Host.Task(p.PID).Running(), d.names.Lock, func(_ string, info proc.FDInfo) { holds = holds || info.Ino == file.Ino })
	return holds
}

// pidfileBelow reads the pidfile of a directory, whose path begins at root.
//
// If the lock file was deleted, the directory may be gone too. Otherwise it exists. Then it is an
// error if it is not found: the path means something else here than to the process.
func (n Names) pidfileBelow(root int, dir string, deleted bool) Pidfile {
	fd, err := openBelow(root, strings.TrimPrefix(dir, "/"))
	if deleted && (err == unix.ENOENT || err == unix.ENOTDIR) {
		return Pidfile{State: PidfileMissing}
	} else if err != nil {
		return Pidfile{Err: pathError("open", dir, err)}
	}
	d := Dir{fd: fd, path: dir, names: n}
	defer d.Close()
	return d.Pidfile()
}

// Another returns which of the directories whose locks a process holds is this directory under
// another path, or the original of which this one is a copy; "" if none is. A FUSE or overlay file
// system, a snapshot or a virtual machine's volume can show one directory twice without the kernel
// knowing it. The process may then be writing here.
//
// Such a directory has the same pidfile: the same bytes, written at the same time. A pidfile there
// that could not be read counts as the same. A different one means that the lock there is another
// daemon's, which proves nothing here. If there are several, it returns the one whose path ends most
// like this one's.
//
// A process with many directories writes many equal pidfiles within one tick of the kernel's clock.
// On one file system the birth time tells those from copies: see isCopied.
func (d Dir) Another(held []HeldDir, pidfile Pidfile) (dir string) {
	isCopied := sync.OnceValue(func() bool { return d.isCopied(pidfile) })
	here := sync.OnceValue(d.RealPath)
	most := -1
	for _, h := range held {
		there := h.Pidfile
		if there.Err == nil && (there.Text != pidfile.Text || !sameTime(there.ID.MTime, pidfile.ID.MTime) ||
			there.ID.Dev == pidfile.ID.Dev && !isCopied()) {
			continue
		}
		if alike := commonSuffix(h.Path, here()); alike > most {
			dir, most = h.Path, alike
		}
	}
	return dir
}

// sameTime reports whether two file times, in ns, are the same. A copy may have its time cut to
// microseconds or seconds.
func sameTime(a, b int64) bool {
	for _, unit := range []time.Duration{1, time.Microsecond, time.Second} {
		u := int64(unit)
		if a == b || a == b-b%u || b == a-a%u {
			return true
		}
	}
	return false
}

// commonSuffix counts the names that two paths have in common at their end.
func commonSuffix(a, b string) (n int) {
	as, bs := strings.Split(a, "/"), strings.Split(b, "/")
	for n < len(as) && n < len(bs) && as[len(as)-1-n] == bs[len(bs)-1-n] {
		n++
	}
	return n
}

// isCopied reports whether the pidfile is, or may be, a copy: a copy keeps the time of the last write,
// but was born after it.
func (d Dir) isCopied(pidfile Pidfile) bool {
	var st unix.Statx_t
	err := eintr.Retry(func() error {
		return unix.Statx(d.fd, d.names.Pidfile, unix.AT_SYMLINK_NOFOLLOW, unix.STATX_BTIME|unix.STATX_INO, &st)
	})
	known := err == nil && st.Mask&unix.STATX_BTIME != 0 && st.Ino == pidfile.ID.Ino
	return !known || st.Btime.Sec*int64(time.Second)+int64(st.Btime.Nsec) > pidfile.ID.MTime
}
