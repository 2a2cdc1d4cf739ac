package hosttest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"lockscope/lock/proc"
)

// FUSE is a mounted FUSE file system: a directory shown at a second place by
// a server that can be stopped, which makes everybody hang who asks it something.
type FUSE struct {
	Dir    string // where it is mounted
	Source string // the directory that it shows
	Server *exec.Cmd
	t      *testing.T
}

// MountFUSE mounts one until the test ends. The options are bindfs's.
func MountFUSE(t *testing.T, options ...string) *FUSE {
	t.Helper()
	NeedRoot(t, "mount")
	NeedTool(t, "bindfs")
	if _, err := os.Stat("/dev/fuse"); err != nil {
		t.Skip("needs /dev/fuse")
	}
	base := TempDir(t)
	f := &FUSE{Dir: MakeDir(t, base+"/mnt"), Source: MakeDir(t, base+"/source"), t: t}
	// Nothing is answered from a cache.
	args := append([]string{"-f", "-o", "attr_timeout=0,entry_timeout=0,negative_timeout=0"}, options...)
	f.Server = exec.Command("bindfs", append(args, f.Source, f.Dir)...)
	UnmountAtEnd(t, f.Dir)
	// It ends first: then nobody hangs any more.
	Begin(t, f.Server)
	Eventually(t, "bindfs is mounted", func() bool {
		mounts, err := proc.Host.Mounts(os.Getpid())
		if err != nil {
			t.Fatal(err)
		}
		m, _ := mounts.Find(f.Dir)
		return m.Point == f.Dir
	})
	// It has begun to serve when it answers. One that is stopped before that hangs in other ways, some for good.
	if _, err := os.ReadDir(f.Dir); err != nil {
		t.Fatal(err)
	}
	return f
}

// Hang stops the server: from its return on nobody gets an answer.
func (f *FUSE) Hang() {
	f.t.Helper()
	Stop(f.t, f.Server)
}

// Answer lets the server go on.
func (f *FUSE) Answer() {
	f.t.Helper()
	if err := f.Server.Process.Signal(unix.SIGCONT); err != nil {
		f.t.Fatal(err)
	}
}

// HungTree is a root with a mount below it that can hang, and a second root beside it.
type HungTree struct {
	FUSE  *FUSE
	Root  string
	Other string
	Hung  []string // free data directories on the mount
	Free  []string // those below Root that are not on it
	Stale []string // those below Other
}

// MakeHungTree makes one, with so many data directories on the mount. It does not hang yet.
func MakeHungTree(t *testing.T, below int) *HungTree {
	t.Helper()
	h := &HungTree{FUSE: MountFUSE(t), Other: TempDir(t)}
	h.Root = filepath.Dir(h.FUSE.Dir)
	for i := range below {
		h.Hung = append(h.Hung, MakeData(t, fmt.Sprintf("%s/tenant-%03d", h.FUSE.Dir, i)))
	}
	for i := range 5 {
		h.Free = append(h.Free, MakeData(t, fmt.Sprintf("%s/here/tenant-%03d", h.Root, i)))
		h.Stale = append(h.Stale, MakeStale(t, fmt.Sprintf("%s/there/tenant-%03d", h.Other, i)))
	}
	return h
}
