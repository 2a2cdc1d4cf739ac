package scan

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"lockscope/lock"
	"lockscope/lock/locktest"
	"lockscope/scan/hosttest"
	"lockscope/scan/observe"
	"lockscope/scan/report"
)

// A lock file was deleted under its daemon, and then a second daemon starts:
// now two can write, which is no reason to call it sound.
func TestRunSplitStaysSplit(t *testing.T) {
	world, root := locktest.TestWorld(t), t.TempDir()
	site := play(t, world, root, locktest.SplitAlone)
	w := startWatch(t, Config{Roots: []string{root}, Interval: soon})
	w.untilState(t, site.Dir, report.Split)
	second, err := world.Daemon(site.Dir)
	if err != nil {
		t.Fatal(err)
	}
	acquire(t, second)
	w.wantSplit(t, site, second)
}

// The same, but the second daemon is there before anybody looks.
func TestRunLockFileReplaced(t *testing.T) {
	world, root := locktest.TestWorld(t), t.TempDir()
	site := play(t, world, root, locktest.HeldPlain)
	w := startWatch(t, Config{Roots: []string{root}})
	w.untilState(t, site.Dir, report.Held)
	removeLockFile(t, site)
	second, err := world.Daemon(site.Dir)
	if err != nil {
		t.Fatal(err)
	}
	acquire(t, second)
	w.monitor.SetInterval(soon)
	w.wantSplit(t, site, second)
}

// Somebody gave the lock file another name, and a second daemon starts with a new one. Who looks only then finds the
// first by that name. A lock on another file of the directory shows nothing.
func TestLockFileMovedAside(t *testing.T) {
	for name, want := range map[string]report.State{
		lock.DefaultNames.Lock + ".bak":            report.Split,
		lock.DefaultNames.Lock + "~":               report.Split,
		lock.DefaultNames.Lock + ".20261127-0342":  report.Split,
		lock.DefaultNames.Lock + ".db":             report.Held,
		lock.DefaultNames.Lock + ".bak/" + "other": report.Held,
	} {
		t.Run(name, func(t *testing.T) {
			world, root := locktest.TestWorld(t), t.TempDir()
			site := play(t, world, root, locktest.HeldPlain)
			aside := filepath.Join(site.Dir, name)
			if err := os.MkdirAll(filepath.Dir(aside), 0o755); err != nil {
				t.Fatal(err)
			}
			watched := startWatch(t, Config{Roots: []string{root}, Interval: soon})
			watched.untilState(t, site.Dir, report.Held)
			if err := os.Rename(filepath.Join(site.Dir, lock.DefaultNames.Lock), aside); err != nil {
				t.Fatal(err)
			}
			second, err := world.Daemon(site.Dir)
			if err != nil {
				t.Fatal(err)
			}
			acquire(t, second)
			if want == report.Split {
				watched.wantSplit(t, site, second)
			}
			startWatch(t, Config{Roots: []string{root}, Interval: soon}).untilState(t, site.Dir, want)
		})
	}
}

// A whole directory was removed under its daemon, and then a second daemon starts in a new one: nothing in that shows
// that the first still writes.
func TestRunDirectoryReplaced(t *testing.T) {
	world, root := locktest.TestWorld(t), t.TempDir()
	site := play(t, world, root, locktest.HeldPlain)
	w := startWatch(t, Config{Roots: []string{root}, Interval: soon})
	w.untilState(t, site.Dir, report.Held)
	if err := os.RemoveAll(site.Dir); err != nil {
		t.Fatal(err)
	}
	w.until(t, "it is gone", func(f *found) bool { return f.reports[site.Dir] == nil })
	second, err := world.Daemon(hosttest.MakeDir(t, site.Dir))
	if err != nil {
		t.Fatal(err)
	}
	acquire(t, second)
	w.untilState(t, site.Dir, report.Split)
}

// wantSplit checks that a directory is split once the second daemon is known, and stays so.
func (w *watch) wantSplit(t *testing.T, site *locktest.Site, second *locktest.Proc) {
	t.Helper()
	w.until(t, "second daemon", func(f *found) bool { return f.reports[site.Dir].Evidence.Pidfile.PID == second.PID })
	w.passes(t, 5)
	w.mu.Lock()
	defer w.mu.Unlock()
	if r := w.found.reports[site.Dir]; r.Verdict.State != report.Split {
		t.Errorf("%s %v, with %d of the holders %d and %d", r.Verdict.State, r.Verdict.Reasons.List(), len(r.Evidence.Holders), site.Holders[0].PID, second.PID)
	}
}

// Who holds a deleted lock file is found among the daemons of another tree on the same disk, also where
// neither the pidfile nor the lock table names it.
func TestSplitBesideOtherTrees(t *testing.T) {
	openMany(t)
	others, root := t.TempDir(), t.TempDir()
	for i := range 3 {
		hosttest.Play(t, locktest.TestWorld(t), fmt.Sprintf("%s/t%d", others, i), locktest.HeldPlain)
	}
	for _, scene := range []locktest.Scene{locktest.HeldPlain, locktest.HeldShared, locktest.OrphanedPlain} {
		site := hosttest.Play(t, locktest.TestWorld(t), root+"/"+scene.Name, scene)
		os.Remove(site.Dir + "/" + lock.DefaultNames.Pidfile)
		removeLockFile(t, site)
		hosttest.MakeStale(t, site.Dir)
	}
	f := once(t, Config{Roots: []string{root}})
	if f.summary.States[report.Split] != 3 || f.summary.Dirs != 3 {
		t.Errorf("%+v", f.summary)
	}
	if f := once(t, Config{Roots: []string{others}}); f.summary.States[report.Held] != 3 {
		t.Errorf("of the other tree: %+v", f.summary)
	}
}

// A disk was mounted over the directory of a daemon that runs on below.
func TestMountedOver(t *testing.T) {
	hosttest.NeedRoot(t, "mount")
	root := hosttest.TempDir(t)
	for i := range 3 {
		hosttest.Play(t, locktest.TestWorld(t), fmt.Sprintf("%s/t%d", root, i), locktest.HeldPlain)
	}
	dir := root + "/t1"
	w := locktest.TestWorld(t)
	below := hosttest.Play(t, w, dir+"2", locktest.HeldPlain).Procs[0]
	hosttest.MountOn(t, dir+"2", "-t", "tmpfs", "tmpfs")
	hosttest.MakeStale(t, dir+"2")
	for _, config := range []Config{{}, {Probe: observe.ProbeFlock}, {SummaryOnly: true}} {
		config.Roots = []string{root}
		f := once(t, config)
		if f.summary.States[report.Split] != 1 || f.summary.Dirs != 4 {
			t.Errorf("%+v: %+v", config, f.summary)
		}
		if config.SummaryOnly {
			continue
		}
		r := expect(t, f, dir+"2", report.Split, report.MountedOver)
		if h := holderOf(r, below.PID); h == nil || !h.Covered {
			t.Errorf("holders %v, want %d", r.Evidence.Holders, below.PID)
		}
	}
	openMany(t) // now the kernel's table is asked, and not each descriptor
	for _, roots := range []string{root, dir + "2"} {
		expect(t, once(t, Config{Roots: []string{roots}}), dir+"2", report.Split, report.MountedOver)
	}
	// One that starts on the mount is not all there is.
	above := hosttest.Play(t, w, dir+"2", locktest.HeldPlain).Procs[0]
	r := expect(t, once(t, Config{Roots: []string{root}}), dir+"2", report.Split, report.MountedOver)
	if holderOf(r, below.PID) == nil || holderOf(r, above.PID) == nil {
		t.Errorf("holders %v, want %d and %d", r.Evidence.Holders, below.PID, above.PID)
	}
}

// openMany makes this a host with too many descriptors for each to be looked at.
func openMany(t *testing.T) {
	t.Helper()
	for range 2000 {
		f, err := os.Open("/dev/null")
		if err != nil {
			t.Skip("needs more descriptors: ", err)
		}
		t.Cleanup(func() { f.Close() })
	}
}
