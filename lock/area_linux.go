package lock

import (
	"errors"
	"os"
	"path"
	"slices"
	"strings"
)

// Area is what lies below a data directory for a process: the directory, what is
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
		if counts(u.Place) && (slices.ContainsFunc(a.below, within) || !u.Private && slices.ContainsFunc(a.linked, within)) {
			return UseSome
		}
	}
	if err != nil || a.err != nil {
		return UseUnknown
	}
	return UseNone
}

// Area finds out what lies below the directory for a process, given the mounts of our namespace and of the
// process's. Links are read, and followed only by the table of mounts: whoever can write here
// could lead us onto a file system that hangs. The directory, what is mounted below it and what links lead to are searched for
// them, up to a limit.
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
	same := theirs.Same(ours)
	if !same {
		for _, name := range ours.Names(dir) {
			a.below = append(a.below, ours.within(name)...)
		}
	}
	s, err := newLinkSearch(&a, theirs, p, same)
	if err != nil {
		a.err = err
		return a
	}
	defer s.close()
	s.search(d.fd, names)
	for _, name := range names {
		s.enqueueMounts(name)
	}
	s.run()
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

// below returns the mounts below a path that may have data.
func (ms Mounts) below(name string) (found []Mount) {
	for _, m := range ms {
		if m.Point != name && Within(m.Point, name) && m.mayHaveData() {
			found = append(found, m)
		}
	}
	return found
}

// within returns the places of what is mounted below a path.
func (ms Mounts) within(name string) (places []Place) {
	for _, m := range ms.below(name) {
		places = append(places, Place{Dev: m.Dev, Path: m.Root})
	}
	return places
}

// mayHaveData is false for file systems of the kernel's own making: many processes have a device open.
func (m Mount) mayHaveData() bool { return !m.Pseudo() && m.FSType != "devtmpfs" }

// asksOthers reports whether the way to a path leads over a file system that others serve, and that may hang.
func (ms Mounts) asksOthers(name string) bool {
	return slices.ContainsFunc(ms, func(m Mount) bool {
		return (m.Remote() || m.FSType == "autofs") && Within(name, m.Point)
	})
}

// Same reports whether both are of one namespace: mount IDs are given out once for all (proc(5)).
func (ms Mounts) Same(other Mounts) bool {
	return len(ms) > 0 && len(other) > 0 && ms[0].ID == other[0].ID
}

var errNotSearched = errors.New("a link leads to a file system that is not searched")
