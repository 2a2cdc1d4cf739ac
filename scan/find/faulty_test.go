package find

import (
	"fmt"
	"testing"

	"golang.org/x/sys/unix"

	"lockscope/lock"
	"lockscope/scan/hosttest"
)

// A file system can list a directory for ever, or be interrupted for ever.
func TestListingWithoutEnd(t *testing.T) {
	endless := func(typ uint32) func(uint64) []hosttest.Dirent {
		batch := make([]hosttest.Dirent, 2000) // more than the kernel asks for at a time
		for i := range batch {
			batch[i] = hosttest.Dirent{Ino: 2, Type: typ, Name: fmt.Sprintf("%x", i)}
		}
		return func(uint64) []hosttest.Dirent { return batch }
	}
	for name, test := range map[string]struct {
		node *hosttest.Node
		want error
	}{
		"directories": {&hosttest.Node{Listing: endless(unix.DT_DIR)}, errEndless},
		"files":       {&hosttest.Node{Listing: endless(unix.DT_REG)}, errEndless},
		"interrupted": {&hosttest.Node{Errors: map[hosttest.Op]unix.Errno{hosttest.OpReaddir: unix.EINTR}}, unix.EINTR},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.node.Below = map[string]*hosttest.Node{}
			f := hosttest.MountFaulty(t, test.node)
			f.Begin()
			dir, err := lock.OpenDir(f.Dir)
			if err != nil {
				t.Fatal(err)
			}
			defer dir.Close()
			if l, err := list(dir.FD(), lock.DefaultNames); err != test.want {
				t.Errorf("%v after %d directories, want %v", err, len(l.dirs), test.want)
			}
			if temps, err := dir.Temps(); err == nil {
				t.Errorf("%d temporary pidfiles and no error", len(temps))
			}
		})
	}
}
