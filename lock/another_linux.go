package lock

import (
	"errors"
	"path"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"lockscope/lock/proc"
)

// HeldDir is a directory whose lock a process holds.
type HeldDir struct {
	Path    string  // as the process calls it
	Pidfile Pidfile // there; its Err says why it could not be read
}

var heldSearches = make(chan struct{}, heldMost)

var errHeldLimit = errors.New("the directories of its locks give no answer")

// HeldBy returns the directories whose locks a process holds. It follows no link and waits half a second at most. The
// error says that not all could be seen. It may be called concurrently.
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
	case <-time.After(heldLimit):
		return nil, errHeldLimit
	}
}

func (n Names) heldBy(p proc.Process) (dirs []HeldDir, err error) {
	task := proc.Host.Task(p.PID).Running()
	root, err := openNames(task)
	if err != nil {
		return nil, err
	}
	defer unix.Close(root)
	err = flocks(task, n.Lock, func(link string, _ proc.FDInfo) {
		link, deleted := strings.CutSuffix(link, proc.Deleted)
		dir := path.Dir(link)
		dirs = append(dirs, HeldDir{dir, n.pidfileBelow(root, dir, deleted)})
	})
	return dirs, err
}

// openNames opens what the kernel's names of the process's files begin at, as this program reads them: our root
// directory, or in another mount namespace that of the process.
func openNames(task proc.Task) (fd int, err error) {
	if shared, err := proc.Host.SharesMounts(task); err == nil && shared {
		return openRoot()
	}
	return task.OpenRoot()
}

// flocks calls found with the kernel's name of each file of this name that the process holds a flock on, and with what
// it says of the descriptor. The error says that not all could be seen.
func flocks(task proc.Task, name string, found func(link string, info proc.FDInfo)) error {
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
	flocks(proc.Host.Task(p.PID).Running(), d.names.Lock, func(_ string, info proc.FDInfo) { holds = holds || info.Ino == file.Ino })
	return holds
}

// pidfileBelow reads the pidfile of a directory whose path leads from root. Where the lock file was deleted the directory may
// be gone too; else there must be one, and if it is not found, the path leads from somewhere else.
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

// Another returns which of the directories whose locks a process holds has the same pidfile as this one: the same bytes,
// written at the same time. Then this directory is a copy of that one, or another view on it (a FUSE or overlay file system, a
// snapshot, a volume of a virtual machine), and the process may be writing here. Where the pidfile there could not be read,
// nothing contradicts that. With another pidfile there, the lock is another directory's and proves nothing here.
//
// Of several the one is returned whose path ends most like this one's.
//
// A process that keeps many directories writes many pidfiles within one tick of the kernel's clock. On one file system they are
// told apart from copies by their birth: a copy is born after the time that it is said to have been written.
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
		if alike := commonEnd(h.Path, here()); alike > most {
			dir, most = h.Path, alike
		}
	}
	return dir
}

// sameTime reports whether two file times, in ns, are the same. Copying may have cut one of them to microseconds or seconds.
func sameTime(a, b int64) bool {
	for _, unit := range []time.Duration{1, time.Microsecond, time.Second} {
		u := int64(unit)
		if a == b || a == b-b%u || b == a-a%u {
			return true
		}
	}
	return false
}

// commonEnd counts the names that two paths have in common at their end.
func commonEnd(a, b string) (n int) {
	as, bs := strings.Split(a, "/"), strings.Split(b, "/")
	for n < len(as) && n < len(bs) && as[len(as)-1-n] == bs[len(bs)-1-n] {
		n++
	}
	return n
}

// isCopied reports whether the pidfile was born after it was last written, or may have been.
func (d Dir) isCopied(pidfile Pidfile) bool {
	var st unix.Statx_t
	err := ignoringEINTR(func() error {
		return unix.Statx(d.fd, d.names.Pidfile, unix.AT_SYMLINK_NOFOLLOW, unix.STATX_BTIME|unix.STATX_INO, &st)
	})
	known := err == nil && st.Mask&unix.STATX_BTIME != 0 && st.Ino == pidfile.ID.Ino
	return !known || st.Btime.Sec*int64(time.Second)+int64(st.Btime.Nsec) > pidfile.ID.MTime
}
