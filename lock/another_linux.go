package lock

import (
	"errors"
	"io"
	"os"
	"path"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"lockscope/lock/proc"
)

// Another returns the path, as the process calls it, of another directory whose lock it holds and that has the same
// pidfile as this one: then this is a copy of that directory, or another view on it (a FUSE or overlay
// file system, a volume of a virtual machine), and the process may be writing here. The pidfile there has the same bytes
// and the same time. Where it cannot be read, nothing contradicts that, and the path is returned too.
// With another pidfile there, the lock is another directory's and proves nothing here.
func (d Dir) Another(p Process, pidfile Pidfile) (dir string, err error) {
	held, err := p.held(d.names.Lock)
	for _, name := range held {
		dir := path.Dir(name)
		there, err := d.names.pidfileSeenBy(p, dir)
		if err != nil || there.Text == pidfile.Text && there.ID.MTime == pidfile.ID.MTime {
			return dir, nil
		}
	}
	return "", err
}

// held returns the paths, as the process calls them, of files of this name that it holds a flock on. The
// error says that not all could be seen.
func (p Process) held(name string) (paths []string, err error) {
	dir := p.procDir()
	fds, err := os.Open(dir + "/fd")
	if err != nil {
		return nil, err
	}
	defer fds.Close()
	for {
		numbers, err := fds.Readdirnames(1024)
		for _, number := range numbers {
			link, err := os.Readlink(dir + "/fd/" + number)
			link = strings.TrimSuffix(link, deletedMark)
			if err != nil || path.Base(link) != name {
				continue
			}
			if fd, err := strconv.Atoi(number); err == nil && proc.ReadFDInfo(dir, fd).Flock.Kind == proc.Flock {
				paths = append(paths, link)
			}
		}
		switch {
		case err == io.EOF || hasEnded(err):
			return paths, nil
		case err != nil:
			return paths, err
		}
	}
}

const (
	// foreignLimit is how long another directory may take to show its pidfile. It may be on a file system that hangs.
	foreignLimit = time.Second
	// foreignMost is how many such reads may be under way, the hanging ones included.
	foreignMost = 16
)

var foreignReads = make(chan struct{}, foreignMost)

var errForeign = errors.New("no answer in time")

// pidfileSeenBy reads the pidfile in a directory that a process calls by this path, through no link. It waits no
// longer than foreignLimit.
func (n Names) pidfileSeenBy(p Process, dir string) (Pidfile, error) {
	select {
	case foreignReads <- struct{}{}:
	default:
		return Pidfile{}, errForeign
	}
	read := make(chan Pidfile, 1)
	go func() {
		defer func() { <-foreignReads }()
		read <- n.readPidfileSeenBy(p, dir)
	}()
	select {
	case pidfile := <-read:
		return pidfile, pidfile.Err
	case <-time.After(foreignLimit):
		return Pidfile{}, errForeign
	}
}

func (n Names) readPidfileSeenBy(p Process, dir string) Pidfile {
	root, err := open(unix.AT_FDCWD, p.procDir()+"/root", unix.O_PATH|unix.O_DIRECTORY, 0)
	if err != nil {
		return Pidfile{Err: err}
	}
	defer unix.Close(root)
	fd, err := openBelow(root, strings.TrimPrefix(dir, "/"))
	if err == unix.ENOENT || err == unix.ENOTDIR {
		return Pidfile{State: PidfileMissing}
	} else if err != nil {
		return Pidfile{Err: err}
	}
	d := Dir{fd: fd, path: dir, names: n.OrDefault()}
	defer d.Close()
	return d.Pidfile()
}
