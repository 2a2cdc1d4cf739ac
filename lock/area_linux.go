package lock

import (
	"errors"
	"os"
	"path"
	"slices"

	"lockscope/lock/proc"
)

// Area is everything that counts as below a data directory for a process: the directory, what is
// mounted below it, and what symlinks in it lead to. To a daemon all of that is its data.
type Area struct {
	dir    proc.Place
	below  []proc.Place // the directory, and the mounts below it
	linked []proc.Place // what symlinks lead to
	err    error        // why there may be more

	// Whose view it is: with these the path of a socket is resolved.
	of     proc.Process
	mounts proc.Mounts
	same   bool // it is in our mount namespace
}

// Of says whether a process uses the directory, given what [proc.Task.Used] returned. The answer is
// UseUnknown rather than UseNone if err or the area's own error says that something was not seen.
func (a Area) Of(used []proc.Used, err error) Use {
	return a.use(func(proc.Place) bool { return true }, used, err)
}

// Beside says whether a process uses anything of the directory besides this file in it.
func (a Area) Beside(file string, used []proc.Used, err error) Use {
	not := proc.Place{Dev: a.dir.Dev, Path: path.Join(a.dir.Path, file)}
	deleted := proc.Place{Dev: not.Dev, Path: not.Path + proc.Deleted}
	return a.use(func(p proc.Place) bool { return p != not && p != deleted }, used, err)
}

func (a Area) use(counts func(proc.Place) bool, used []proc.Used, err error) Use {
	for _, u := range a.resolveSockets(used, &err) {
		within := func(dir proc.Place) bool { return u.Below(dir) }
		// A private mapping does not count behind a link, since a link may lead to a library that
		// many programs map.
		if counts(u.Place) && (slices.ContainsFunc(a.below, within) || !u.Private && slices.ContainsFunc(a.linked, within)) {
			return UseSome
		}
	}
	if err != nil || a.err != nil {
		return UseUnknown
	}
	return UseNone
}

// Area finds out what counts as below the directory for a process, given the mounts of our namespace
// and of the process's.
//
// It searches the directory, the mounts below it, and what symlinks lead to, for more symlinks. It
// reads them, and does not have the kernel follow them: a tenant could make one that leads to a file
// system that hangs. Where a search would have to go there, or passes the limit of entries, the area
// says that it may lack something.
func (d Dir) Area(ours, theirs proc.Mounts, p proc.Process) Area {
	dir, ok := d.Place(ours)
	if !ok {
		return Area{err: errNoPlace}
	}
	a := Area{dir: dir, below: []proc.Place{dir}, of: p, mounts: theirs, same: theirs.Same(ours)}
	names := theirs.Names(dir)
	for _, name := range names {
		a.below = append(a.below, placesBelow(theirs, name)...)
	}
	if !a.same {
		for _, name := range ours.Names(dir) {
			a.below = append(a.below, placesBelow(ours, name)...)
		}
	}
	s, err := newLinkSearch(&a)
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
func (d Dir) usedBy(p proc.Process) Use {
	ours, err := proc.Host.Mounts(os.Getpid())
	if err != nil {
		return UseUnknown
	}
	theirs, err := proc.Host.Mounts(p.PID)
	if err != nil {
		return UseUnknown
	}
	return d.Area(ours, theirs, p).Of(proc.Host.Task(p.PID).Used(theirs))
}

// RealPath is the kernel's name of the directory, a path without symlinks. If that cannot be read, it
// is the path that the directory was opened by.
func (d Dir) RealPath() string {
	name, err := proc.Host.Self().Link(d.fd)
	if err != nil {
		return d.path
	}
	return name
}

// Place is the place of the directory, given the mounts of this program's namespace. ok is false if
// none of them has it.
func (d Dir) Place(mounts proc.Mounts) (place proc.Place, ok bool) { return mounts.Place(d.RealPath()) }

// placesBelow returns the places of what is mounted below a path.
func placesBelow(ms proc.Mounts, name string) (places []proc.Place) {
	for _, m := range ms.Below(name) {
		places = append(places, proc.Place{Dev: m.Dev, Path: m.Root})
	}
	return places
}

// mayHang reports whether a path, or a part of it, is on a file system that may hang.
func mayHang(ms proc.Mounts, name string) bool {
	return slices.ContainsFunc(ms, func(m proc.Mount) bool { return m.MayHang() && proc.Within(name, m.Point) })
}

var (
	errNoPlace     = errors.New("the directory is on no mount that can be seen from here")
	errNotSearched = errors.New("a link leads to a file system that is not searched")
)
