package scan

import (
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"lockscope/lock"
)

// overlayLayers are the upper and lower directories of the overlays that are
// mounted, here or in another mount namespace. A merged file has a lock of its own, which is not seen
// through the layer's path. They are looked for when they are first asked for.
type overlayLayers struct {
	finder *layerFinder
	table  *mountTable
	once   sync.Once
	places []lock.Place
}

// have reports whether a place, which is asked for only where there are layers, belongs to one.
func (o *overlayLayers) have(place func() lock.Place) bool {
	o.once.Do(func() { o.places = o.finder.find(o.table) })
	return len(o.places) > 0 && slices.ContainsFunc(o.places, place().Below)
}

// layerFinder finds layers. A layer may be named by a link, as docker's and podman's
// are, and following it may hang.
type layerFinder struct{ busy atomic.Bool }

// findLayersIn is how long following links may take. Beyond that, and until
// it comes back, layers are known only by the paths they were mounted with.
const findLayersIn = 50 * time.Millisecond

func (f *layerFinder) find(t *mountTable) []lock.Place {
	namespaces := t.namespaces()
	var places []lock.Place
	for _, mounts := range namespaces {
		places = append(places, layersOf(mounts, nil)...)
	}
	if !slices.ContainsFunc(t.ours, func(m lock.Mount) bool { return m.FSType == "overlay" }) || !f.busy.CompareAndSwap(false, true) {
		return places
	}
	resolved := make(chan []lock.Place, 1) // not to keep the one who is late
	go func() {
		resolved <- layersOf(t.ours, filepath.EvalSymlinks)
		f.busy.Store(false)
	}()
	select {
	case more := <-resolved:
		places = append(places, more...)
	case <-time.After(findLayersIn):
	}
	return places
}

// layersOf returns the layers in the options of a namespace's overlays.
// follow, if there is one, leads a path through its links.
func layersOf(mounts lock.Mounts, follow func(string) (string, error)) []lock.Place {
	var places []lock.Place
	for _, m := range mounts {
		if m.FSType != "overlay" {
			continue
		}
		for option := range strings.SplitSeq(m.Options, ",") {
			key, value, _ := strings.Cut(option, "=")
			if key != "upperdir" && strings.TrimSuffix(key, "+") != "lowerdir" {
				continue
			}
			for dir := range strings.SplitSeq(lock.Unescape(value), ":") {
				if !path.IsAbs(dir) {
					continue
				}
				if follow != nil {
					if onward, err := follow(dir); err == nil {
						dir = onward
					}
				}
				if place, ok := mounts.Place(path.Clean(dir)); ok {
					places = append(places, place)
				}
			}
		}
	}
	return places
}

// namespaces returns the mounts of every mount namespace that a visible
// process lives in.
func (t *mountTable) namespaces() []lock.Mounts {
	for _, pid := range allPIDs() {
		t.of(lock.Process{PID: pid})
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Collect(maps.Values(t.byNS))
}
