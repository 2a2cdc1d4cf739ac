package scan

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"lockscope/scan/hosttest"
	"lockscope/scan/observe"
	"lockscope/scan/report"
)

// A root may be a link from a sound file system to a hung one.
func TestHungRootByLink(t *testing.T) {
	h := hosttest.MakeHungTree(t, 1)
	link := filepath.Join(hosttest.TempDir(t), "link")
	if err := os.Symlink(h.FUSE.Dir, link); err != nil {
		t.Fatal(err)
	}
	h.FUSE.Hang()
	for name, root := range map[string]string{"itself": link, "below": filepath.Join(link, "tenant-000")} {
		t.Run(name, func(t *testing.T) { wantHungRoot(t, h, root) })
	}
}

// More mounts may hang than there are goroutines to hang in them: a server
// that is gone takes all that it served along.
func TestManyHungMounts(t *testing.T) {
	root := hosttest.TempDir(t)
	cfg := Config{Roots: []string{root}, Timeout: hangTimeout, Jobs: 1, Probe: observe.ProbeFlock}
	var mounts []*hosttest.FUSE
	for i := range 6 {
		m := hosttest.MountFUSE(t)
		mounts = append(mounts, m)
		at := hosttest.MakeDir(t, fmt.Sprintf("%s/%d-hung", root, i))
		hosttest.Bind(t, m.Dir, at)
		hosttest.MakeData(t, fmt.Sprintf("%s/%d-well", root, i))
	}
	for _, m := range mounts {
		m.Hang()
	}
	f := once(t, cfg)
	for i := range mounts {
		if r := f.reports[fmt.Sprintf("%s/%d-well", root, i)]; r == nil || r.Verdict.State != report.Free {
			t.Errorf("%d-well: %+v", i, r)
		}
	}
	if len(f.errors) != len(mounts) {
		t.Errorf("errors %v, want one for each of %d mounts", f.errors, len(mounts))
	}
}

// Walks that a hung mount cuts short leave no directory open.
func TestWalksBesideHungMount(t *testing.T) {
	h := hosttest.MakeHungTree(t, 1)
	h.FUSE.Hang()
	w := startWatch(t, hangConfig(h))
	walks := func(n int) {
		for range n {
			var before int
			w.see(func(f *found) { before = len(f.errors) })
			w.Walk()
			w.until(t, "a walk", func(f *found) bool { return len(f.errors) > before })
		}
	}
	walks(3)
	before := openDirectories(t)
	walks(20)
	if now := openDirectories(t); now > before+5 {
		t.Errorf("%d directories are open after 20 walks, were %d", now, before)
	}
}

// openDirectories counts this program's descriptors.
func openDirectories(t *testing.T) (n int) {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}
