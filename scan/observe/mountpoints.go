package observe

import (
	"os"
	"strings"
	"sync/atomic"
	"time"

	"lockscope/lock/proc"
)

// MountPoints tells which mount a path is on. It asks the mount table alone, since the file system
// may hang. The table is read again when it is older than mountsLast. It may be used concurrently.
type MountPoints struct {
	mounts atomic.Pointer[proc.Mounts]
	read   atomic.Pointer[time.Time] // when; it has the monotonic clock's time, which nobody sets
	busy   atomic.Bool               // somebody reads it just now
}

// Of returns the mount point that a path is below. A path that is not absolute, or whose mount is not
// known, is taken for a mount of its own.
func (p *MountPoints) Of(path string) string {
	if !strings.HasPrefix(path, "/") {
		return path
	}
	if read := p.read.Load(); (read == nil || time.Since(*read) > mountsLast) && p.busy.CompareAndSwap(false, true) {
		read := make(chan bool)
		go func() {
			if mounts, err := proc.Host.Mounts(os.Getpid()); err == nil {
				now := time.Now()
				p.mounts.Store(&mounts)
				p.read.Store(&now)
			}
			p.busy.Store(false)
			close(read)
		}()
		select {
		case <-read:
		case <-time.After(readMountsIn):
		}
	}
	mounts := p.mounts.Load()
	if mounts == nil {
		return "mount of " + path // and no other's
	}
	m, _ := mounts.Find(path)
	return m.Point
}
