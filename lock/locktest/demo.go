package locktest

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync"
)

// Sandbox is a World with a small tree of directories, in which every state occurs.
type Sandbox struct {
	*World
	living []*Site // the directories whose daemons come and go: see Live
}

// demoSites are the directories that stay as they are: one for each problem, and some healthy ones.
var demoSites = map[string]Scene{
	"ap/shard-02/tenant-2003/data": OrphanedPlain,
	"ap/shard-02/tenant-2048/data": StalePlain,
	"ap/shard-02/tenant-2150/data": UnknownFIFO,
	"ap/shard-02/tenant-2266/data": HeldPlain,
	"ap/shard-02/tenant-2301/data": FreePlain,
	"ap/shard-02/tenant-2419/data": HeldShared,
	"eu/shard-03/tenant-0007/data": UnguardedPlain,
	"eu/shard-03/tenant-0031/data": HeldPlain,
	"eu/shard-03/tenant-0114/data": HeldPlain,
	"eu/shard-03/tenant-0208/data": FreePlain,
	"eu/shard-03/tenant-0412/data": SplitPlain,
	"eu/shard-03/tenant-0555/data": HeldPlain,
	"us/shard-11/tenant-1091/data": UnnamedPlain,
	"us/shard-11/tenant-1133/data": HeldShell,
	"us/shard-11/tenant-1202/data": HeldPlain,
	"us/shard-11/tenant-1377/data": MismatchPlain,
}

// The daemon of one directory holds the locks of others too, as one does that serves a shard.
const servesShard = "us/shard-11/tenant-1202/data"

var servedToo = []string{"us/shard-11/tenant-1024/data", "us/shard-11/tenant-1180/data"}

// livingSites is the number of directories whose daemons come and go. With the others, that makes forty.
const livingSites = 22

// livingSite is the path of the i-th of them, in one of the shards of demoSites.
func livingSite(i int) string {
	shards := []struct {
		dir    string
		tenant int
	}{{"ap/shard-02", 2500}, {"eu/shard-03", 600}, {"us/shard-11", 1400}}
	in := shards[i%len(shards)]
	return fmt.Sprintf("%s/tenant-%04d/data", in.dir, in.tenant+13*i)
}

// Demo makes a Sandbox, for which it makes a World as New does. Most directories are healthy. It takes
// a fraction of a second, since they are made concurrently.
func Demo(root string) (*Sandbox, error) {
	w, err := New(root)
	if err != nil {
		return nil, err
	}
	var dirs []string
	var scenes []Scene
	for i := range livingSites {
		dirs, scenes = append(dirs, livingSite(i)), append(scenes, HeldPlain)
	}
	for dir, scene := range demoSites {
		dirs, scenes = append(dirs, dir), append(scenes, scene)
	}
	sites, errs := make([]*Site, len(dirs)), make([]error, len(dirs))
	var wg sync.WaitGroup
	for i, dir := range dirs {
		wg.Go(func() { sites[i], errs[i] = w.Play(filepath.Join(w.Root, dir), scenes[i]) })
	}
	wg.Wait()
	for i, dir := range dirs {
		if dir == servesShard && errs[i] == nil {
			errs = append(errs, sites[i].serve(servedToo))
		}
	}
	if err := errors.Join(errs...); err != nil {
		w.Close()
		return nil, err
	}
	return &Sandbox{w, sites[:livingSites]}, nil
}

// serve has the actor acquire the locks of other directories too.
func (s *Site) serve(dirs []string) error {
	for _, dir := range dirs {
		if _, err := s.actor.ask("acquire-other", filepath.Join(s.world.Root, dir)); err != nil {
			return err
		}
	}
	return nil
}
