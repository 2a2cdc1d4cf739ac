package lock

import (
	"errors"
	"io"
	"os"
	"path"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"lockscope/lock/proc"
)

// linkSearch finds what links below a data directory lead to, for a process.
type linkSearch struct {
	area   *Area
	mounts proc.Mounts // of the process's namespace
	root   int         // a descriptor of what the names of that namespace begin at
	base   string      // what absolute links begin at: the process may be in a chroot
	left   int         // entries that may still be looked at
	queue  []string
	seen   map[string]bool
}

var errManyEntries = errors.New("more files than are searched for links")

func newLinkSearch(a *Area, mounts proc.Mounts, p proc.Process, same bool) (*linkSearch, error) {
	s := &linkSearch{area: a, mounts: mounts, base: "/", left: mostEntries, seen: map[string]bool{}}
	task := proc.Host.Task(p.PID).Running()
	root, err := task.Root()
	switch {
	case err != nil:
		return nil, err
	case same:
		s.base = root // as we call it
		s.root, err = openRoot()
	default:
		s.root, err = task.OpenRoot()
	}
	return s, err
}

// openRoot opens our root directory, for *at calls alone.
func openRoot() (int, error) {
	return open(unix.AT_FDCWD, "/", unix.O_PATH|unix.O_DIRECTORY, 0)
}

func (s *linkSearch) close() { unix.Close(s.root) }

// enqueue has a directory searched.
func (s *linkSearch) enqueue(name string) {
	if !s.seen[name] {
		s.seen[name] = true
		s.queue = append(s.queue, name)
	}
}

func (s *linkSearch) enqueueMounts(name string) {
	for _, m := range s.mounts.Below(name) {
		s.enqueue(m.Point)
	}
}

// run searches what is queued, and what is found meanwhile.
func (s *linkSearch) run() {
	for len(s.queue) > 0 && s.area.err == nil {
		name := s.queue[0]
		s.queue = s.queue[1:]
		if mayHang(s.mounts, name) {
			s.area.err = errNotSearched
			return
		}
		fd, err := unix.Openat2(s.root, strings.TrimPrefix(name+"/.", "/"), &unix.OpenHow{
			Flags:   unix.O_PATH | unix.O_DIRECTORY | unix.O_CLOEXEC,
			Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS,
		})
		switch err {
		case nil:
			s.search(fd, []string{name})
			unix.Close(fd)
		case unix.ENOENT, unix.ENOTDIR, unix.ELOOP: // a file, or gone or replaced meanwhile
		default:
			s.area.err = err
		}
	}
}

// search looks for links in an open directory of these names and below, on its own file system.
func (s *linkSearch) search(dir int, names []string) {
	buf := make([]byte, unix.PathMax)
	for dirs := []string{"."}; len(dirs) > 0; {
		in := dirs[0]
		dirs = dirs[1:]
		fd, err := unix.Openat2(dir, in, &unix.OpenHow{
			Flags:   unix.O_RDONLY | unix.O_DIRECTORY | unix.O_CLOEXEC,
			Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_XDEV,
		})
		switch err {
		case nil:
		case unix.EXDEV, unix.ENOENT, unix.ELOOP, unix.ENOTDIR: // a mount, or gone or replaced meanwhile
			continue
		default:
			s.area.err = err
			return
		}
		f := os.NewFile(uintptr(fd), in)
		entries, err := f.ReadDir(s.left)
		s.left -= len(entries)
		for _, e := range entries {
			switch {
			case e.IsDir():
				dirs = append(dirs, path.Join(in, e.Name()))
			case e.Type()&os.ModeSymlink != 0:
				if n, err := unix.Readlinkat(fd, e.Name(), buf); err == nil {
					s.take(names, in, string(buf[:n]))
				}
			}
		}
		f.Close()
		if err == nil && s.left <= 0 {
			err = errManyEntries
		}
		if err != nil && err != io.EOF {
			s.area.err = err
			return
		}
	}
}

// take adds what a link leads to, which is in a sub-directory of a directory of these names.
func (s *linkSearch) take(names []string, in, target string) {
	if path.IsAbs(target) {
		s.add(s.base + "/" + target)
		return
	}
	for _, name := range names {
		s.add(name + "/" + in + "/" + target)
	}
}

func (s *linkSearch) add(name string) {
	name, ok := s.follow(name)
	if !ok {
		s.area.err = errNotSearched
		return
	}
	m, found := s.mounts.Find(name)
	if !found || !m.MayHaveData() {
		return
	}
	place := m.Place(name)
	if s.area.dir.Below(place) || slices.Contains(s.area.linked, place) {
		return
	}
	s.area.linked = append(append(s.area.linked, place), placesBelow(s.mounts, name)...)
	s.enqueue(name)
	s.enqueueMounts(name)
}

// follow leads an absolute path through the links in it, one name after the other. ok is false where it would have to ask a
// file system that may hang.
func (s *linkSearch) follow(name string) (done string, ok bool) {
	done = "/"
	links := 0
	for rest := strings.Split(name, "/"); len(rest) > 0; {
		step := rest[0]
		rest = rest[1:]
		switch step {
		case "", ".":
			continue
		case "..":
			if done != s.base {
				done = path.Dir(done)
			}
			continue
		}
		next := path.Join(done, step)
		if mayHang(s.mounts, next) {
			return "", false
		}
		target, err := s.readlink(next)
		if err != nil || links == mostLinks {
			done = next
			continue
		}
		links++
		if path.IsAbs(target) {
			done = s.base
		}
		rest = slices.Concat(strings.Split(target, "/"), rest)
	}
	return done, true
}

// readlink reads a link whose path has no other link in it: should somebody put one there meanwhile, it fails.
func (s *linkSearch) readlink(name string) (string, error) {
	link, err := unix.Openat2(s.root, strings.TrimPrefix(name, "/"), &unix.OpenHow{
		Flags:   unix.O_PATH | unix.O_NOFOLLOW | unix.O_CLOEXEC,
		Resolve: unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_BENEATH,
	})
	if err != nil {
		return "", err
	}
	defer unix.Close(link)
	buf := make([]byte, unix.PathMax)
	n, err := unix.Readlinkat(link, "", buf)
	return string(buf[:max(n, 0)]), err
}
