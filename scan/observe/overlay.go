package observe

import (
	"path"
	"strings"
	"sync"
	"time"

	"lockscope/lock/proc"
	"lockscope/scan/pool"
)

// overlayLayers are the upper and lower directories of the overlays that are mounted, here or in
// another mount namespace. They matter because a file in a layer does not show the lock of the
// merged file. They are searched for when they are first asked for.
type overlayLayers struct {
	find func() *layers
}

// lookup reports whether a directory is, or may be, in a layer, and where that overlay is mounted.
// unread is in how many mount namespaces, which could not be read, there may be more overlays. The
// directory's place and name are called for only where there are layers.
func (o *overlayLayers) lookup(place func() proc.Place, name func() string) (merged string, unread int, ok bool) {
	found := o.find()
	if !found.none() {
		merged, ok = found.find(place(), name())
	}
	return merged, found.unread, ok
}

// layerFinder finds layers. It lasts as long as the Observer, and may be used concurrently.
type layerFinder struct {
	calls *calls

	mu     sync.Mutex
	last   *layers
	readAt time.Time // when last was searched for
}

// find returns the layers, from the last search if that is not older than layersLast.
func (f *layerFinder) find(t *mountTable) *layers {
	f.mu.Lock()
	last := f.last
	if time.Since(f.readAt) > layersLast {
		last = nil
	}
	f.mu.Unlock()
	if last != nil {
		return last
	}
	began := time.Now()
	namespaces, unread := t.namespaces()
	s := &layerSearch{layers: newLayers(), namespaces: namespaces, links: &linkResolver{calls: f.calls, known: map[string]link{}}}
	s.layers.namespaces, s.layers.unread = namespaces, unread
	for _, o := range overlaysIn(namespaces) {
		s.resolve(o)
	}
	for _, o := range t.fuseOverlays(namespaces) {
		s.resolve(o)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last, f.readAt = s.layers, began
	return f.last
}

// overlayFS is one overlay: a super block, which may be mounted several times.
type overlayFS struct {
	dev   uint64   // 0 for one that FUSE serves
	paths []string // of its layers, as they were given when it was mounted
	at    []mountedAt
}

// mountedAt is where an overlay is mounted.
type mountedAt struct {
	ns    *namespace
	point string
}

func overlaysIn(namespaces []*namespace) (found []*overlayFS) {
	byDev := map[uint64]*overlayFS{}
	for _, ns := range namespaces {
		for _, m := range ns.mounts {
			if m.FSType != "overlay" && m.FSType != "overlayfs" {
				continue
			}
			o := byDev[m.Dev]
			if o == nil {
				o = &overlayFS{dev: m.Dev, paths: layerPaths(m.Options, true)}
				byDev[m.Dev] = o
				found = append(found, o)
			}
			o.at = append(o.at, mountedAt{ns, m.Point})
		}
	}
	return found
}

// layerSearch is one search for layers.
type layerSearch struct {
	layers     *layers      // what it found
	namespaces []*namespace // that could be read; ours is the first
	links      *linkResolver
}

// resolve finds out where the layers of an overlay are. What a path began at is not recorded, so
// all that is likely is tried:
//
//   - A relative path began at the working directory of whoever mounted the overlay: mostly a directory
//     above the mount point.
//   - An absolute path began at the root of that process: ours, that of a namespace that the overlay is
//     seen in, or that of a chroot which the mount point is in.
//
// Where that may not be all, the end of the path is added too.
func (s *layerSearch) resolve(o *overlayFS) {
	merged := o.at[0].point
	isOurs := len(s.namespaces) > 0 && o.at[0].ns == s.namespaces[0] && o.at[0].ns.whole
	for _, text := range o.paths {
		found := false
		for _, at := range o.at {
			for _, base := range basesOf(at.point) {
				name := base + "/" + text
				if place, ok := at.ns.place(path.Clean("/" + name)); ok && place.Dev != o.dev {
					s.layers.add(place, merged)
					found = found || base == ""
				}
				if s.follow(name, merged) {
					found = found || base == ""
				}
			}
			for _, place := range at.ns.mountedTail(text) {
				s.layers.add(place, merged)
			}
		}
		absolute := path.IsAbs(text)
		if !absolute || !isOurs {
			s.layers.addTail(text, merged)
		}
		if names := tailOf(text); absolute && !isOurs && !found && len(names) > 0 {
			s.layers.addTail(names[len(names)-1], merged)
		}
	}
}

// basesOf returns the directories that a path may begin at: the root, as "", and those above the
// mount point.
func basesOf(point string) []string {
	bases := []string{""}
	for dir := path.Dir(point); dir != "/" && dir != "."; dir = path.Dir(dir) {
		bases = append(bases, dir)
	}
	return bases
}

// follow follows the links in a path in our namespace, and adds the place that it leads to, if it
// exists.
func (s *layerSearch) follow(name, merged string) (exists bool) {
	if len(s.namespaces) == 0 {
		return false
	}
	ours := s.namespaces[0]
	onward, exists := s.links.follow(ours, name)
	if exists {
		if place, ok := ours.place(onward); ok {
			s.layers.add(place, merged)
		}
	}
	return exists
}

// mountedTail returns the places that a relative path leads to if its first names are the last of
// some mount point.
func (n *namespace) mountedTail(text string) (places []proc.Place) {
	names := tailOf(text)
	if path.IsAbs(text) {
		return nil
	}
	for i := range names {
		end := "/" + strings.Join(names[:i+1], "/")
		for _, m := range n.mounts {
			if strings.HasSuffix(m.Point, end) {
				places = append(places, proc.Place{Dev: m.Dev, Path: path.Join(m.Root, path.Join(names[i+1:]...))})
			}
		}
	}
	return places
}

// fuseOverlays returns the overlays that fuse-overlayfs serves. mountinfo does not have their
// layers, but the command lines of the servers do. Which server serves which mount is not known.
func (t *mountTable) fuseOverlays(namespaces []*namespace) (found []*overlayFS) {
	const program = "fuse-overlayfs"
	var at []mountedAt
	for _, ns := range namespaces {
		for _, m := range ns.mounts {
			if strings.HasSuffix(m.FSType, "."+program) {
				at = append(at, mountedAt{ns, m.Point})
			}
		}
	}
	if len(at) == 0 {
		return nil
	}
	for _, who := range t.processNamespaces() {
		words, _ := pool.Call(t.calls, subject{who.pid, "cmdline"}, func() []string {
			task := proc.Host.Task(who.pid)
			if task.Comm() != program {
				return nil
			}
			return task.Arguments()
		})
		var paths []string
		for _, word := range words {
			paths = append(paths, layerPaths(strings.TrimPrefix(word, "-o"), false)...)
		}
		if len(paths) > 0 {
			found = append(found, &overlayFS{paths: paths, at: at})
		}
	}
	return found
}
