package lock

import (
	"path"
	"slices"

	"lockscope/lock/proc"
)

// resolveSockets gives each of the process's sockets its place. The kernel keeps the path that was given
// to bind(2), so the links in it are followed now. A process in a chroot may have bound the socket before
// it went there: then both paths count. If some cannot be resolved, *err says why.
func (a Area) resolveSockets(used []proc.Used, err *error) []proc.Used {
	if !slices.ContainsFunc(used, func(u proc.Used) bool { return u.Bound != "" }) {
		return used // there may be very many, and a process is asked about for many directories
	}
	var search *linkSearch
	var resolved []proc.Used
	for _, u := range used {
		if u.Bound == "" {
			resolved = append(resolved, u)
			continue
		}
		if search == nil {
			s, failed := newLinkSearch(&a)
			if failed != nil {
				*err = failed
				continue
			}
			defer s.close()
			search = s
		}
		names := []string{u.Bound}
		if search.rootPath != "/" {
			names = append(names, path.Join(search.rootPath, u.Bound))
		}
		for _, name := range names {
			place, failed := search.place(name)
			if failed != nil {
				*err = failed
				continue
			}
			resolved = append(resolved, proc.Used{Place: place})
		}
	}
	return resolved
}

// place resolves the path of a file that is no link.
func (s *linkSearch) place(name string) (proc.Place, error) {
	dir, err := s.follow(path.Dir(name))
	if err != nil {
		return proc.Place{}, err
	}
	place, ok := s.mounts.Place(path.Join(dir, path.Base(name)))
	if !ok {
		return proc.Place{}, errNoPlace
	}
	return place, nil
}
