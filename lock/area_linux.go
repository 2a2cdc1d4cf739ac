package lock

import (
	"errors"
	"io"
	"os"
	"path"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// Area is what lies below a data directory in the names of one mount namespace: the directory, what is
// mounted below it, and what links in it lead to. A daemon writes to all of these as to its own directory.
type Area struct {
	dir    Place
	below  []Place // the directory, and the mounts
	linked []Place // what links lead to
	err    error   // why there may be more
}

// Of says whether a process uses the directory, given what Process.Open returned. What Open has missed may be
// anywhere, and so may what the area lacks.
func (a Area) Of(used []Used, err error) Use {
	return a.use(func(Place) bool { return true }, used, err)
}

// Beside says whether a process uses anything of the directory other than this file in it.
func (a Area) Beside(file string, used []Used, err error) Use {
	not := Place{Dev: a.dir.Dev, Path: path.Join(a.dir.Path, file)}
	deleted := Place{Dev: not.Dev, Path: not.Path + deletedMark}
	return a.use(func(p Place) bool { return p != not && p != deleted }, used, err)
}

func (a Area) use(counts func(Place) bool, used []Used, err error) Use {
	for _, u := range used {
		within := func(dir Place) bool { return u.Below(dir) }
		// Programs and libraries that a link leads to are mapped by many.
		if counts(u.Place) && (slices.ContainsFunc(a.below, within) || !u.Mapped && slices.ContainsFunc(a.linked, within)) {
			return UseSome
		}
	}
	if err != nil || a.err != nil {
		return UseUnknown
	}
	return UseNone
}

// Area finds out what lies below the directory for a process, given the mounts of our namespace and of the
// process's. Links are read, and followed only in the table of mounts: whoever can write here
// could lead us onto a file system that hangs. The directory's sub-directories are searched for them, up to
// a limit.
func (d Dir) Area(ours, theirs Mounts, p Process) Area {
	dir, ok := d.Place(ours)
	if !ok {
		return Area{err: errNoMount}
	}
	a := Area{dir: dir, below: []Place{dir}}
	names := theirs.Names(dir)
	for _, name := range names {
		a.below = append(a.below, theirs.within(name)...)
	}
	links, err := d.links()
	a.err = err
	root := ""
	if len(links) > 0 && !theirs.Same(ours) {
		root = p.procDir() + "/root"
	}
	for _, l := range links {
		for _, target := range l.targets(names) {
			target = theirs.follow(root, target)
			place, ok := theirs.Place(target)
			if ok && !dir.Below(place) && !slices.Contains(a.linked, place) {
				a.linked = append(append(a.linked, place), theirs.within(target)...)
			}
		}
	}
	return a
}

// usedBy says whether a process uses the directory.
func (d Dir) usedBy(p Process) Use {
	ours, err := Process{PID: os.Getpid()}.Mounts()
	if err != nil {
		return UseUnknown
	}
	theirs, err := p.Mounts()
	if err != nil {
		return UseUnknown
	}
	return d.Area(ours, theirs, p).Of(p.Open(theirs))
}

// Names returns the paths by which a namespace knows a directory.
func (ms Mounts) Names(dir Place) []string {
	var names []string
	for i, m := range ms {
		if m.Dev != dir.Dev || !Within(dir.Path, m.Root) {
			continue
		}
		name := path.Join(m.Point, strings.TrimPrefix(dir.Path, strings.TrimSuffix(m.Root, "/")))
		if top, ok := ms.Find(name); ok && top.ID == ms[i].ID { // else another mount covers it
			names = append(names, name)
		}
	}
	return names
}

// within returns the places of what is mounted below a path, but for file systems of the kernel's own making:
// many processes have a device open.
func (ms Mounts) within(name string) []Place {
	var places []Place
	for _, m := range ms {
		if m.Point != name && Within(m.Point, name) && !m.Pseudo() && m.FSType != "devtmpfs" {
			places = append(places, Place{Dev: m.Dev, Path: m.Root})
		}
	}
	return places
}

// Same reports whether both are of one namespace: mount IDs are given out once for all (proc(5)).
func (ms Mounts) Same(other Mounts) bool {
	return len(ms) > 0 && len(other) > 0 && ms[0].ID == other[0].ID
}

// follow leads an absolute path through the links in it, by reading them below root and without asking a file
// system that may hang. Where it cannot, the rest of the path stays as it is.
func (ms Mounts) follow(root, name string) string {
	done, rest := "/", strings.TrimPrefix(path.Clean(name), "/")
	for links := 0; rest != "" && links < 40; {
		var step string
		step, rest, _ = strings.Cut(rest, "/")
		next := path.Join(done, step)
		if m, ok := ms.Find(next); !ok || m.Remote() {
			return path.Join(next, rest)
		}
		target, err := readlinkNoFollow(root, next)
		if err != nil {
			done = next
			continue
		}
		links++
		if !path.IsAbs(target) {
			target = path.Join(done, target)
		}
		done, rest = "/", strings.TrimPrefix(path.Join(target, rest), "/")
	}
	return path.Join(done, rest)
}

// readlinkNoFollow reads a link whose path has no other link in it: should somebody put one there meanwhile, it fails.
func readlinkNoFollow(root, name string) (string, error) {
	dir, err := open(unix.AT_FDCWD, root+"/", unix.O_PATH|unix.O_DIRECTORY, 0)
	if err != nil {
		return "", err
	}
	defer unix.Close(dir)
	link, err := unix.Openat2(dir, strings.TrimPrefix(name, "/"), &unix.OpenHow{
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

// link is a symlink in a data directory.
type link struct {
	in     string // the sub-directory that it is in
	target string
}

// targets are the absolute paths that it leads to, given those of the data directory.
func (l link) targets(names []string) []string {
	if path.IsAbs(l.target) {
		return []string{l.target}
	}
	var paths []string
	for _, name := range names {
		paths = append(paths, path.Join(name, l.in, l.target))
	}
	return paths
}

// mostEntries is how many entries of a data directory are looked at for links. That takes some 50 ms,
// where its files are known to the kernel, and is done only for a live process that the pidfile names and that
// has nothing else to do with the directory.
const mostEntries = 100_000

var errManyEntries = errors.New("more files than are searched for links")

// links returns the symlinks in the directory and below, on its own file system.
func (d Dir) links() (found []link, err error) {
	left := mostEntries
	for dirs := []string{"."}; len(dirs) > 0; {
		in := dirs[0]
		dirs = dirs[1:]
		fd, err := unix.Openat2(d.fd, in, &unix.OpenHow{
			Flags:   unix.O_RDONLY | unix.O_DIRECTORY | unix.O_CLOEXEC,
			Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_XDEV,
		})
		switch err {
		case nil:
		case unix.EXDEV, unix.ENOENT, unix.ELOOP, unix.ENOTDIR: // a mount, or gone or replaced meanwhile
			continue
		default:
			return found, err
		}
		f := os.NewFile(uintptr(fd), in)
		entries, err := f.ReadDir(left)
		left -= len(entries)
		buf := make([]byte, unix.PathMax)
		for _, e := range entries {
			switch {
			case e.IsDir():
				dirs = append(dirs, path.Join(in, e.Name()))
			case e.Type()&os.ModeSymlink != 0:
				if n, err := unix.Readlinkat(fd, e.Name(), buf); err == nil {
					found = append(found, link{in, string(buf[:n])})
				}
			}
		}
		f.Close()
		if err != nil && err != io.EOF {
			return found, err
		}
		if left <= 0 {
			return found, errManyEntries
		}
	}
	return found, nil
}
