package observe

import (
	"os"
	"strings"
	"sync/atomic"
	"time"

	"lockscope/lock/proc"
)

// MountPoints tells which mount a path is on by the mount table alone: the
// file system is not asked. The table is read again when it is a second old, and nobody waits long for that.
type MountPoints struct {
	mounts atomic.Pointer[proc.Mounts]
	read   atomic.Int64 // when, in ns
	busy   atomic.Bool
}

// readMountsIn is how long a look at the mount table may take. Then it is as old as it is.
const readMountsIn = 20 * time.Millisecond

func (p *MountPoints) Of(path string) string {
	if !strings.HasPrefix(path, "/") {
		return path
	}
	if time.Since(time.Unix(0, p.read.Load())) > time.Second && p.busy.CompareAndSwap(false, true) {
		read := make(chan bool)
		go func() {
			if mounts, err := proc.Host.Mounts(os.Getpid()); err == nil {
				p.mounts.Store(&mounts)
				p.read.Store(time.Now().UnixNano())
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
