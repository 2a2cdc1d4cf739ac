package scan

import (
	"os"
	"path/filepath"
	"testing"

	"lockscope/lock/locktest"
	"lockscope/scan/hosttest"
	"lockscope/scan/report"
)

// That our own process of a PID cannot be looked at does not hide that a container's
// process of that PID uses the directory.
func TestUnguardedInContainerOfUnseenPID(t *testing.T) {
	hosttest.NeedRoot(t, "make namespaces and other users")
	if _, err := os.Readlink("/proc/1/ns/mnt"); err == nil {
		t.Skip("needs a PID 1 that has more privileges than this program")
	}
	w := locktest.TestWorld(t)
	for _, scene := range locktest.Containers {
		if scene.State != locktest.Unguarded {
			continue
		}
		site, err := w.Play(filepath.Join(hosttest.TempDir(t), "data"), scene)
		if err != nil {
			t.Skip("needs PID namespaces: ", err)
		}
		expect(t, once(t, Config{Roots: []string{site.Dir}}), site.Dir, report.Unguarded, report.PIDAlive)
	}
}
