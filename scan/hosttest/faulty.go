package hosttest

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"sync"
	"testing"

	"golang.org/x/sys/unix"
)

// Faulty is a mounted FUSE file system whose tree is a table. Its server answers as the table says, which
// may be an error or what no sound file system answers. It never hangs.
type Faulty struct {
	Dir string // where it is mounted

	fd    int // of /dev/fuse
	nodes []*Node

	mu      sync.Mutex // guards the nodes, and:
	faulty  bool
	faults  map[*Node]int
	readers sync.WaitGroup
}

// Node is a file or directory of a [Faulty]. But for Text and Below, its fields count from [Faulty.Begin] on.
type Node struct {
	Text  string           // of a file
	Below map[string]*Node // what a directory has in it; nil for a file

	Errors   map[Op]unix.Errno            // what operations are answered with
	Attr     func(a *Attr)                // changes its attributes each time they are asked for
	Endless  bool                         // a file that can be read for ever
	Listing  func(offset uint64) []Dirent // in place of its entries, after those that were listed before
	ID       uint64                       // in place of its inode number
	listable []Dirent
}

// Attr is what may be wrong with the attributes of a node.
type Attr struct {
	Size uint64
	Mode uint32
}

// Dirent is an entry of a directory.
type Dirent struct {
	Ino  uint64
	Type uint32
	Name string
}

// MountFaulty mounts one until the test ends. Everything is well before Begin.
func MountFaulty(t *testing.T, root *Node) *Faulty {
	t.Helper()
	NeedRoot(t, "mount")
	fd, err := unix.Open("/dev/fuse", unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Skip("needs /dev/fuse: ", err)
	}
	f := &Faulty{Dir: MakeDir(t, TempDir(t)+"/mnt"), fd: fd, faults: map[*Node]int{}}
	f.number(root)
	options := fmt.Sprintf("fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other", fd)
	if err := unix.Mount("faulty", f.Dir, "fuse", unix.MS_NOSUID|unix.MS_NODEV, options); err != nil {
		unix.Close(fd)
		t.Skip("needs FUSE: ", err)
	}
	for range 4 {
		f.readers.Go(f.serve)
	}
	t.Cleanup(func() {
		// The force ends the connection: who waits for an answer gets an error, and the readers end.
		unix.Unmount(f.Dir, unix.MNT_FORCE)
		unix.Unmount(f.Dir, unix.MNT_DETACH)
		f.readers.Wait()
		unix.Close(fd)
	})
	if _, err := os.Stat(f.Dir); err != nil {
		t.Fatal(err)
	}
	return f
}

// Begin begins the faults.
func (f *Faulty) Begin() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faulty = true
}

// Write changes the text of a file.
func (f *Faulty) Write(n *Node, text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n.Text = text
}

// Faults returns how many times the answer to a request about a node was a fault.
func (f *Faulty) Faults(n *Node) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.faults[n]
}

// number gives the nodes their inode numbers, from 1 for the root.
func (f *Faulty) number(n *Node) uint64 {
	f.nodes = append(f.nodes, n)
	id := uint64(len(f.nodes))
	for _, name := range slices.Sorted(maps.Keys(n.Below)) {
		child := n.Below[name]
		n.listable = append(n.listable, Dirent{Ino: f.number(child), Type: child.mode() >> 12, Name: name})
	}
	return id
}

func (n *Node) mode() uint32 {
	if n.Below != nil {
		return unix.S_IFDIR | 0o755
	}
	return unix.S_IFREG | 0o644
}
