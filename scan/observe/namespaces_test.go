package observe

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"lockscope/lock/proc"
	"lockscope/scan/pool"
	"lockscope/scan/report"
)

// A namespace that cannot be read is counted, unless its last process has ended.
func TestUnreadNamespaces(t *testing.T) {
	calls := pool.NewCalls[subject](1e9)
	table := newMountTable(&layerFinder{calls: calls}, readOwnMounts(calls))
	table.processNamespaces = func() []processNS {
		return []processNS{
			{pid: os.Getpid(), mntNS: table.name},
			{pid: os.Getpid(), mntNS: "mnt:[1]"},
			{pid: os.Getpid(), mntNS: "mnt:[1]"},
			{pid: 2147483647, mntNS: "mnt:[2]"},
			{pid: 4, err: unix.EACCES},
			{pid: 5, err: unix.ENOENT},
			{pid: 6, err: report.ErrNoAnswer},
		}
	}
	namespaces, unread := table.namespaces()
	if len(namespaces) != 2 || unread != 2 {
		t.Errorf("%d read, %d not, want 2 and 2", len(namespaces), unread)
	}
	for _, ns := range namespaces {
		for _, name := range []string{"/", "/proc", "/proc/x", "/dev/shm/y/z", "/etc"} {
			got, ok := ns.place(name)
			if want, _ := table.ours.Place(name); got != want || !ok {
				t.Errorf("%s is at %v, want %v", name, got, want)
			}
		}
	}
	if _, ok := newNamespace("", proc.Mounts{}).place("/"); ok {
		t.Error("a place without mounts")
	}
}
