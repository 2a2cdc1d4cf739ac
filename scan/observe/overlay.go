package observe

import (
	"path"
	"strings"
	"sync"
	"time"

	"lockscope/lock/proc"
	"lockscope/scan/pool"
)

// overlayLayers are the upper and lower directories of the overlays that are
// mounted, here or in another mount namespace. A merged file has a lock of its own, which is not seen
// through the layer's path. They are looked for when they are first asked for.
type overlayLayers struct {
	find func() *layers
}

// have reports whether a directory belongs to a layer, or may do so, and where that overlay is mounted; and in
// how many mount namespaces, which could not be read, there may be others. Its place and path are asked for only
// where there are layers.
func (o *overlayLayers) have(place func() proc.Place, name func() string) (merged string, unread int, ok bool) {
	found := o.find()
	if !found.none() {
		merged, ok = found.find(place(), name())
	}
	return merged, found.unread, ok
}

// layerFinder finds layers. It lasts as long as the Monitor.
type layerFinder struct {
	calls *calls

	mu   sync.Mutex
	last *layers
	read time.Time
}

// layersLast is for how long what was found serves the looks that follow each other.
const layersLast = time.Second

func (f *layerFinder) find(t *mountTable) *layers {
	f.mu.Lock()
	last := f.last
	if time.Since(f.read) > layersLast {
		last = nil
	}
	f.mu.Unlock()
	if last != nil {
		return last
	}
	began := time.Now()
	namespaces, unread := t.namespaces()
	s := &sighting{layers: newLayers(), namespaces: namespaces, links: &links{calls: f.calls, known: map[string]link{}}}
	s.layers.namespaces, s.layers.unread = namespaces, unread
	for _, o := range overlaysIn(namespaces) {
		s.resolve(o)
	}
	for _, o := range t.fuseOverlays(namespaces) {
		s.resolve(o)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last, f.read = s.layers, began
	return f.last
}

// overlayFS is the super block of an overlay.
type overlayFS struct {
	dev   uint64
	paths []string // of its layers, as they were given
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

// sighting is one look for layers.
type sighting struct {
	*layers
	namespaces []*namespace // ours is the first
	links      *links
}

// resolve finds out where the layers of an overlay are. A relative path began where the one was who mounted it,
// which nobody knows: in a directory above the mount point, as a rule. An absolute one began at his root: ours, that of
// a namespace that the overlay is seen in, or of a chroot that the mount point is in.
func (s *sighting) resolve(o *overlayFS) {
	merged := o.at[0].point
	isOurs := len(s.namespaces) > 0 && o.at[0].ns == s.namespaces[0] && o.at[0].ns.whole
	for _, text := range o.paths {
		found := false
		for _, at := range o.at {
			for _, base := range basesOf(at.point) {
				name := base + "/" + text
				if place, ok := at.ns.place(path.Clean("/" + name)); ok && place.Dev != o.dev {
					s.add(place, merged)
					found = found || base == ""
				}
				if s.follow(name, merged) {
					found = found || base == ""
				}
			}
			for _, place := range at.ns.mountedTail(text) {
				s.add(place, merged)
			}
		}
		absolute := path.IsAbs(text)
		if !absolute || !isOurs {
			s.addTail(text, merged)
		}
		if names := tailOf(text); absolute && !isOurs && !found && len(names) > 0 {
			s.addTail(names[len(names)-1], merged)
		}
	}
}

// basesOf are the directories that a path may begin at: the root, and those that the mount point is in.
func basesOf(point string) []string {
	bases := []string{""}
	for dir := path.Dir(point); dir != "/" && dir != "."; dir = path.Dir(dir) {
		bases = append(bases, dir)
	}
	return bases
}

// follow adds the place that a path leads to in our namespace, through its links, if there is anything.
func (s *sighting) follow(name, merged string) (exists bool) {
	if len(s.namespaces) == 0 {
		return false
	}
	ours := s.namespaces[0]
	onward, exists := s.links.follow(ours, name)
	if exists {
		if place, ok := ours.place(onward); ok {
			s.add(place, merged)
		}
	}
	return exists
}

// mountedTail returns the places that a relative path leads to where its first names are those of a
// mount point.
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

// fuseOverlays returns the overlays that fuse-overlayfs serves: mountinfo says nothing of their layers,
// but the command lines of the servers do.
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
	for _, who := range t.everybody() {
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
