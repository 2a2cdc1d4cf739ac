package scan

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"lockscope/lock"
	"lockscope/lock/locktest"
	"lockscope/scan/hosttest"
	"lockscope/scan/report"
)

// The PID that the pidfile of an orphaned lock names is another process's by
// now, which started later: the one that was meant is as gone as before.
func TestOrphanedPIDReused(t *testing.T) {
	world, root := locktest.TestWorld(t), t.TempDir()
	site := play(t, world, root, locktest.OrphanedPlain)
	stranger, err := world.Daemon(filepath.Join(t.TempDir(), "elsewhere"))
	if err != nil {
		t.Fatal(err)
	}
	pidfile := filepath.Join(site.Dir, lock.DefaultNames.Pidfile)
	hosttest.WriteFile(t, pidfile, fmt.Sprintln(stranger.PID))
	setTime(t, pidfile, -time.Hour)
	r := survey(t, Config{Roots: []string{root}}).at(t, site.Dir)
	if r.Verdict.State != report.Orphaned || !r.Verdict.Reasons.Has(report.PIDReused) {
		summary, _ := r.Explain()
		t.Errorf("%s %v: %s", r.Verdict.State, r.Verdict.Reasons.List(), summary)
	}
}

func setTime(t *testing.T, path string, ago time.Duration) {
	t.Helper()
	then := time.Now().Add(ago)
	if err := os.Chtimes(path, then, then); err != nil {
		t.Fatal(err)
	}
}

// Tenants set the times of files as they like. A temporary pidfile from the future is not
// one of an acquire in progress for ever.
func TestAcquiringInTheFuture(t *testing.T) {
	world, root := locktest.TestWorld(t), t.TempDir()
	site := play(t, world, root, locktest.UnnamedPlain)
	temp := filepath.Join(site.Dir, lock.DefaultNames.Pidfile+".tmp")
	hosttest.WriteFile(t, temp, "1\n")
	setTime(t, temp, 24*time.Hour)
	if r := survey(t, Config{Roots: []string{root}}).at(t, site.Dir); r.Verdict.State != report.Unnamed {
		t.Errorf("%s %v", r.Verdict.State, r.Verdict.Reasons.List())
	}
}

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
	w.SetInterval(soon)
	w.wantSplit(t, site, second)
}

// A stale-break is refused unless the evidence is what is there. So what is
// there has to be told, also where the verdict stays the same.
func TestRunTempReplaced(t *testing.T) {
	world, root := locktest.TestWorld(t), t.TempDir()
	site := play(t, world, root, locktest.StaleTemp)
	w := startWatch(t, Config{Roots: []string{root}, Interval: soon})
	w.untilState(t, site.Dir, report.Stale)
	temp := filepath.Join(site.Dir, lock.DefaultNames.Pidfile+".tmp")
	hosttest.WriteFile(t, temp+".new", "1\n")
	if err := os.Rename(temp+".new", temp); err != nil { // as a second acquire that died would leave it
		t.Fatal(err)
	}
	w.passes(t, 3)
	w.Observe()
	w.passes(t, 3)
	r := w.untilState(t, site.Dir, report.Stale)
	if removed, err := lock.BreakStale(site.Dir, r.Evidence.Evidence); err != nil {
		t.Errorf("removed %q: %v", removed, err)
	}
}

// A pidfile that may not be read is the same at each look all the same: its
// directory does not change, and there is no need to probe it again and again.
func TestUnreadablePidfileStands(t *testing.T) {
	hosttest.NeedRoot(t, "become somebody else")
	dir := os.Getenv(hosttest.Elsewhere)
	if dir == "" {
		dir = hosttest.OpenDir(t)
		hosttest.MakeData(t, filepath.Join(dir, "kv"))
		if err := os.WriteFile(filepath.Join(dir, "kv", lock.DefaultNames.Pidfile), []byte("1\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if !hosttest.Again(t, dir, hosttest.AsNobody) {
		return
	}
	r := survey(t, Config{Roots: []string{dir}}).at(t, dir, "kv")
	if r.Verdict.State != report.Unknown || r.Evidence.Changing {
		t.Errorf("%s %v: %s", r.Verdict.State, r.Verdict.Reasons.List(), facts(&r.Evidence))
	}
}
