package scan

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"lockscope/lock/locktest"
	"lockscope/scan/hosttest"
	"lockscope/scan/observe"
	"lockscope/scan/report"
)

// hangTimeout is Config.Timeout in tests of file systems that give no answer.
const hangTimeout = 300 * time.Millisecond

func hangConfig(h *hosttest.HungTree) Config {
	return Config{
		Roots: []string{h.Root, h.Other}, Timeout: hangTimeout, Jobs: 4, MaxDepth: -1,
		Exclude: []string{"source"}, Interval: soon,
		Probe: observe.ProbeFlock, // how long the kernel's lock table takes is up to the host
	}
}

// wantWell checks that what is not on the hung mount is known.
func wantWell(t *testing.T, h *hosttest.HungTree, f *found) {
	t.Helper()
	for state, dirs := range map[report.State][]string{report.Free: h.Free, report.Stale: h.Stale} {
		for _, dir := range dirs {
			if got := f.at(t, dir); got.Verdict.State != state {
				t.Errorf("%s: %v %v, want %v", dir, got.Verdict.State, got.Verdict.Reasons.List(), state)
			}
		}
	}
}

// allHung reports whether all directories on the mount are known to be like that.
func allHung(h *hosttest.HungTree, f *found, state report.State, reasons report.Reasons) bool {
	return !slices.ContainsFunc(h.Hung, func(dir string) bool {
		r := f.reports[dir]
		return r == nil || r.Verdict != report.Verdict{State: state, Reasons: reasons}
	})
}

// wantHungRoot scans a root on the hung mount beside others: it alone has an error.
func wantHungRoot(t *testing.T, h *hosttest.HungTree, root string) {
	t.Helper()
	cfg := hangConfig(h)
	cfg.Roots = []string{root, filepath.Join(h.Root, "here"), h.Other}
	f := once(t, cfg)
	wantWell(t, h, f)
	if len(f.errors) != 1 || f.errors[0].Path != root || !f.errors[0].Root || !errors.Is(f.errors[0].Err, report.ErrNoAnswer) {
		t.Errorf("errors %v, want one of the root %s", f.errors, root)
	}
}

// A mount that hangs costs its own directories an answer, and nothing else.
func TestHungMount(t *testing.T) {
	h := hosttest.MakeHungTree(t, 200)
	w := startWatch(t, hangConfig(h))
	w.until(t, "everything", func(f *found) bool { return allHung(h, f, report.Free, 0) && f.reports[h.Free[0]] != nil })

	before := runtime.NumGoroutine()
	h.FUSE.Hang()
	w.monitor.Observe()
	timeout := report.Reasons(0).With(report.Timeout)
	w.until(t, "no answer", func(f *found) bool { return allHung(h, f, report.Unknown, timeout) })
	w.see(func(f *found) {
		wantWell(t, h, f)
		r := f.at(t, h.Hung[0])
		if summary, _ := r.Explain(); !errors.Is(r.Evidence.Err, report.ErrNoAnswer) || !strings.Contains(summary, "no answer in 300ms") {
			t.Errorf("%v: %q", r.Evidence.Err, summary)
		}
	})
	// What goes on elsewhere is seen as ever.
	for range 5 {
		dir := hosttest.MakeStale(t, fmt.Sprintf("%s/here/tenant-000", h.Root))
		w.until(t, "stale", func(f *found) bool { return f.reports[dir].Verdict.State == report.Stale })
		if err := os.Remove(dir + "/.handoff.pidfile"); err != nil {
			t.Fatal(err)
		}
		w.until(t, "free", func(f *found) bool { return f.reports[dir].Verdict.State == report.Free })
	}
	if now := runtime.NumGoroutine(); now > before+4*hangConfig(h).Jobs {
		t.Errorf("%d goroutines, were %d", now, before)
	}

	h.FUSE.Answer()
	w.until(t, "an answer again", func(f *found) bool { return allHung(h, f, report.Free, 0) })

	h.FUSE.Hang()
	w.monitor.Observe()
	w.until(t, "no answer", func(f *found) bool { return allHung(h, f, report.Unknown, timeout) })
	w.cancel()
	select {
	case <-w.done:
		if !errors.Is(w.err, context.Canceled) {
			t.Error(w.err)
		}
	case <-time.After(hosttest.Patience):
		t.Fatal("the end waits for the hung mount")
	}
}

// A scan does not wait for a mount that hangs before it begins.
func TestOnceBesideHungMount(t *testing.T) {
	h := hosttest.MakeHungTree(t, 1)
	held, err := locktest.TestWorld(t).Make(h.Other+"/held", locktest.Held)
	if err != nil {
		t.Fatal(err)
	}
	h.FUSE.Hang()
	f := once(t, hangConfig(h))
	wantWell(t, h, f)
	checkSite(t, f, held)
	if len(f.errors) != 1 || f.errors[0].Path != h.FUSE.Dir || f.errors[0].Root || !errors.Is(f.errors[0].Err, report.ErrNoAnswer) {
		t.Errorf("errors %v, want one at %s", f.errors, h.FUSE.Dir)
	}
}

func TestHungRoot(t *testing.T) {
	h := hosttest.MakeHungTree(t, 1)
	h.FUSE.Hang()
	for name, root := range map[string]string{"itself": h.FUSE.Dir, "below": h.Hung[0]} {
		t.Run(name, func(t *testing.T) { wantHungRoot(t, h, root) })
	}
}

// The layers of an overlay may be on a mount that hangs.
func TestHungOverlayLayer(t *testing.T) {
	m := hosttest.MountFUSE(t)
	hosttest.MakeDir(t, m.Dir+"/lower")
	hosttest.Mount(t, "-t", "overlay", "-o", "lowerdir="+m.Dir+"/lower:"+hosttest.TempDir(t), "overlay")
	dir := hosttest.MakeData(t, hosttest.TempDir(t))
	m.Hang()
	done := make(chan *found, 1)
	go func() {
		f := &found{reports: map[string]*report.Report{}}
		New(Config{Roots: []string{dir}, Timeout: hangTimeout, MaxDepth: -1}).Once(t.Context(), f.take)
		done <- f
	}()
	select {
	case f := <-done:
		expect(t, f, dir, report.Free)
	case <-time.After(hosttest.Patience):
		t.Error("the scan hangs")
		m.Answer()
		<-done
	}
}

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
			w.monitor.Walk()
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
