package observe

import (
	"path"
	"slices"

	"golang.org/x/sys/unix"

	"lockscope/scan/pool"
)

// linkResolver follows the links in paths that others have chosen. It asks no file system that may
// hang. The links of lock.Area are followed in lock: there each path is opened below the root of a
// process, and one that cannot be followed without risk makes the answer unknown. Here it is
// followed by name.
type linkResolver struct {
	calls *calls
	known map[string]link
}

// link is what there is at a path whose parent directories are no links.
type link struct {
	target string // "" where it is not a link
	exists bool
}

// follow returns the path without links that a path leads to, and whether it exists. On a file system
// that may hang, each name is taken for a file that exists and is no link.
func (l *linkResolver) follow(ns *namespace, name string) (onward string, exists bool) {
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
		here := l.lookup(ns, onward)
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

// lookup returns what there is at a path whose parent directories are no links.
func (l *linkResolver) lookup(ns *namespace, name string) link {
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
	case err == unix.EINVAL: // it is not a link
		return link{"", true}
	}
	return link{"", err != unix.ENOENT && err != unix.ENOTDIR}
}
