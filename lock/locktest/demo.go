package locktest

import (
	"path/filepath"
	"sync"
)

// demoSites is the tree that Demo makes: mostly healthy, and one of each problem.
var demoSites = map[string]Scene{
	"eu/shard-03/tenant-0007/data": UnguardedPlain,
	"eu/shard-03/tenant-0031/data": HeldPlain,
	"eu/shard-03/tenant-0114/data": HeldPlain,
	"eu/shard-03/tenant-0208/data": FreePlain,
	"eu/shard-03/tenant-0412/data": SplitPlain,
	"eu/shard-03/tenant-0555/data": HeldPlain,
	"us/shard-11/tenant-1024/data": HeldPlain,
	"us/shard-11/tenant-1091/data": StalePlain,
	"us/shard-11/tenant-1133/data": HeldShell,
	"us/shard-11/tenant-1180/data": OrphanedPlain,
	"us/shard-11/tenant-1202/data": HeldPlain,
	"us/shard-11/tenant-1377/data": MismatchPlain,
	"ap/shard-02/tenant-2003/data": HeldPlain,
	"ap/shard-02/tenant-2048/data": UnnamedPlain,
	"ap/shard-02/tenant-2150/data": UnknownFIFO,
	"ap/shard-02/tenant-2266/data": HeldPlain,
	"ap/shard-02/tenant-2301/data": FreePlain,
	"ap/shard-02/tenant-2419/data": HeldShared,
}

// Demo makes a World, as New does, with a small tree of directories in every
// state. They are made all at once, which takes a fraction of a second.
func Demo(root string) (*World, error) {
	w, err := New(root)
	if err != nil {
		return nil, err
	}
	errs := make(chan error, len(demoSites)) // buffered so that none waits for the first to be read
	var wg sync.WaitGroup
	for dir, scene := range demoSites {
		wg.Go(func() {
			_, err := w.Play(filepath.Join(w.Root, dir), scene)
			errs <- err
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			w.Close()
			return nil, err
		}
	}
	return w, nil
}
