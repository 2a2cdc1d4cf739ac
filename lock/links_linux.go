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

// linkSearch finds the places that symlinks below a data directory lead to, for one process.
type linkSearch struct {
	area        *Area
	mounts      proc.Mounts // of the process's mount namespace
	rootFD      int         // where the paths of that namespace begin
	rootPath    string      // where absolute links begin: not "/" if the process is in a chroot
	entriesLeft int         // how many more entries may be looked at
	queue       []string    // paths of directories that are to be searched
	seen        map[string]bool
}

var errManyEntries = errors.New("more files than are searched for links")

func newLinkSearch(a *Area) (*linkSearch, error) {
	s := &linkSearch{area: a, mounts: a.mounts, rootPath: "/", entriesLeft: maxLinkEntries, seen: map[string]bool{}}
	task := proc.Host.Task(a.of.PID).Running()
	root, err := task.Root()
	if err != nil {
		return nil, err
	}
	if a.same {
		s.rootPath = root // as paths of our namespace, which in a chroot is not "/"
	}
	s.rootFD, err = openRootOf(task)
	return s, err
}

func (s *linkSearch) close() { unix.Close(s.rootFD) }

// enqueue has a directory searched, once.
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

// run searches the directories in the queue, to which it adds those that it finds links to.
func (s *linkSearch) run() {
	for len(s.queue) > 0 && s.area.err == nil {
		name := s.queue[0]
		s.queue = s.queue[1:]
		// A link to the root directory would have the whole file system searched.
		if name == "/" || mayHang(s.mounts, name) {
			s.area.err = errNotSearched
			return
		}
		fd, err := openBelow(s.rootFD, strings.TrimPrefix(name, "/"))
		switch err {
		case nil:
			s.search(fd, []string{name})
			unix.Close(fd)
		case unix.ENOENT, unix.ENOTDIR, unix.ELOOP: // a file, or removed or replaced meanwhile
		default:
			s.area.err = err
		}
	}
}

// search looks for symlinks in an open directory and below it, on its own file system. names are the
// paths of that directory.
func (s *linkSearch) search(dir int, names []string) {
	buf := make([]byte, unix.PathMax)
	for dirs := []string{"."}; len(dirs) > 0; {
		in := dirs[0]
		dirs = dirs[1:]
		fd, err := openat2(dir, in, unix.O_RDONLY|unix.O_DIRECTORY,
			unix.RESOLVE_BENEATH|unix.RESOLVE_NO_SYMLINKS|unix.RESOLVE_NO_XDEV)
		switch err {
		case nil:
		case unix.EXDEV, unix.ENOENT, unix.ELOOP, unix.ENOTDIR: // a mount, or removed or replaced meanwhile
			continue
		default:
			s.area.err = err
			return
		}
		f := os.NewFile(uintptr(fd), in)
		entries, err := f.ReadDir(s.entriesLeft)
		s.entriesLeft -= len(entries)
		for _, e := range entries {
			switch {
			case e.IsDir():
				dirs = append(dirs, path.Join(in, e.Name()))
			case e.Type()&os.ModeSymlink != 0:
				if n, err := unix.Readlinkat(fd, e.Name(), buf); err == nil {
					s.addTarget(names, in, string(buf[:n]))
				} else if !isNoLink(err) {
					s.area.err = err
				}
			}
		}
		f.Close()
		if err == nil && s.entriesLeft <= 0 {
			err = errManyEntries
		}
		if err != nil && err != io.EOF {
			s.area.err = err
			return
		}
	}
}

// addTarget adds what a link leads to. The link is in the sub-directory in of a directory that has
// these paths.
func (s *linkSearch) addTarget(names []string, in, target string) {
	if path.IsAbs(target) {
		s.add(s.rootPath + "/" + target)
		return
	}
	for _, name := range names {
		s.add(name + "/" + in + "/" + target)
	}
}

// add adds what a path leads to, and has it searched for more links.
func (s *linkSearch) add(name string) {
	name, err := s.follow(name)
	if err != nil {
		s.area.err = err
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

// follow resolves the symlinks in an absolute path, name by name. The error is errNotSearched if it would have to
// read one on a file system that may hang.
func (s *linkSearch) follow(name string) (resolved string, err error) {
	resolved = "/"
	links := 0
	for rest := strings.Split(name, "/"); len(rest) > 0; {
		next := rest[0]
		rest = rest[1:]
		switch next {
		case "", ".":
			continue
		case "..":
			if resolved != s.rootPath {
				resolved = path.Dir(resolved)
			}
			continue
		}
		at := path.Join(resolved, next)
		if mayHang(s.mounts, at) {
			return "", errNotSearched
		}
		target, err := s.readlink(at)
		if err != nil && !isNoLink(err) {
			return "", err
		}
		if err != nil || links == maxLinks {
			resolved = at
			continue
		}
		links++
		if path.IsAbs(target) {
			resolved = s.rootPath
		}
		rest = slices.Concat(strings.Split(target, "/"), rest)
	}
	return resolved, nil
}

// isNoLink reports whether an error of reading a symlink says that there is none: something else is there, or
// nothing. After any other error there may be one, which leads anywhere.
func isNoLink(err error) bool {
	return err == unix.EINVAL || err == unix.ENOENT || err == unix.ENOTDIR || err == unix.ELOOP
}

// readlink reads a symlink. There is no other one in its path; it fails if somebody puts one there
// meanwhile.
func (s *linkSearch) readlink(name string) (string, error) {
	link, err := openat2(s.rootFD, strings.TrimPrefix(name, "/"), unix.O_PATH|unix.O_NOFOLLOW,
		unix.RESOLVE_NO_SYMLINKS|unix.RESOLVE_BENEATH)
	if err != nil {
		return "", err
	}
	defer unix.Close(link)
	buf := make([]byte, unix.PathMax)
	n, err := unix.Readlinkat(link, "", buf)
	return string(buf[:max(n, 0)]), err
}
