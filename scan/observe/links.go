package observe

import (
	"path"
	"slices"

	"golang.org/x/sys/unix"

	"lockscope/scan/pool"
)

// links follows the links in paths that others have chosen, without asking a file system that may hang.
type links struct {
	calls *calls
	known map[string]link
}

// link is what there is at a path that leads through none.
type link struct {
	target string // "" where it is none
	exists bool
}

// mostLinks is how many a path may lead through (path_resolution(7)).
const mostLinks = 40

// follow returns the path without links that a path leads to, and whether there is something. Where it comes to
// a file system that others serve, it goes on by the names alone.
func (l *links) follow(ns *namespace, name string) (onward string, exists bool) {
	names := namesOf(name)
	onward, exists = "/", true
	for followed := 0; len(names) > 0; {
		next := names[0]
		names = names[1:]
		switch next {
		case ".":
			continue
		case "..":
			onward = path.Dir(onward)
			continue
		}
		onward = path.Join(onward, next)
		here := l.at(ns, onward)
		switch {
		case !here.exists:
			return path.Join(onward, path.Join(names...)), false
		case here.target == "":
		case followed == mostLinks:
			return onward, false
		default:
			followed++
			names = slices.Concat(namesOf(here.target), names)
			if onward = path.Dir(onward); path.IsAbs(here.target) {
				onward = "/"
			}
		}
	}
	return onward, exists
}

func (l *links) at(ns *namespace, name string) link {
	if here, ok := l.known[name]; ok {
		return here
	}
	here := link{exists: true}
	if m, ok := ns.mountOf(name); ok && m.Point != name && !m.MayHang() {
		if read, ok := pool.Call(l.calls, subject{what: "path " + name}, func() link { return readLink(name) }); ok {
			here = read
		}
	}
	l.known[name] = here
	return here
}

func readLink(name string) link {
	buf := make([]byte, unix.PathMax)
	n, err := unix.Readlink(name, buf)
	switch {
	case err == nil:
		return link{string(buf[:n]), true}
	case err == unix.EINVAL: // it is something else
		return link{"", true}
	}
	return link{"", err != unix.ENOENT && err != unix.ENOTDIR}
}
