package scan

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"lockscope/lock"
	"lockscope/lock/locktest"
	"lockscope/scan/hosttest"
	"lockscope/scan/report"
)

// What a directory turns into when its holders die and its files are meddled
// with is seen without being asked for.
func TestRunTurns(t *testing.T) {
	for _, tt := range []struct {
		scene locktest.Scene
		from  report.State
		do    func(*testing.T, *locktest.Site)
		to    report.State
	}{
		{locktest.HeldShared, report.Held, func(_ *testing.T, s *locktest.Site) { s.Procs[0].Kill() }, report.Orphaned},
		{locktest.OrphanedPlain, report.Orphaned, func(_ *testing.T, s *locktest.Site) { s.Holders[0].Kill() }, report.Stale},
		{locktest.OrphanedZombie, report.Orphaned, func(_ *testing.T, s *locktest.Site) { s.Holders[0].Kill() }, report.Stale},
		{locktest.HeldShell, report.Held, func(_ *testing.T, s *locktest.Site) { s.Holders[0].Kill() }, report.Stale},
		{locktest.HeldPlain, report.Held, func(_ *testing.T, s *locktest.Site) { s.Holders[0].Zombify() }, report.Stale},
		{locktest.HeldPlain, report.Held, removePidfile, report.Unnamed},
		{locktest.HeldPlain, report.Held, removeLockFile, report.Split},
		{locktest.SplitPlain, report.Split, func(_ *testing.T, s *locktest.Site) { s.Procs[0].Kill() }, report.Held},
		{locktest.SplitAlone, report.Split, func(_ *testing.T, s *locktest.Site) { s.Procs[0].Kill() }, report.Stale},
		{locktest.UnguardedPlain, report.Unguarded, func(_ *testing.T, s *locktest.Site) { s.Procs[0].Kill() }, report.Stale},
		{locktest.UnnamedPlain, report.Unnamed, func(_ *testing.T, s *locktest.Site) { s.Holders[0].Kill() }, report.Free},
		{locktest.MismatchPlain, report.Mismatch, func(_ *testing.T, s *locktest.Site) { s.Holders[0].Kill() }, report.Stale},
		{locktest.StaleEmpty, report.Stale, removePidfile, report.Free},
		{locktest.UnknownFIFO, report.Unknown, replaceLockFile, report.Free},
		{locktest.FreePlain, report.Free, leaveTemp, report.Stale},
	} {
		t.Run(tt.scene.Name+" to "+tt.to.String(), func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			site := play(t, locktest.TestWorld(t), root, tt.scene)
			w := startWatch(t, Config{Roots: []string{root}, Interval: soon})
			w.untilState(t, site.Dir, tt.from)
			tt.do(t, site)
			w.untilState(t, site.Dir, tt.to)
			got := states(w.changes(site.Dir))
			if want := []report.State{tt.from, tt.to}; !slices.Equal(got, want) {
				t.Errorf("went through %v, want %v", got, want)
			}
		})
	}
}

func removePidfile(t *testing.T, s *locktest.Site)  { remove(t, s, lock.DefaultNames.Pidfile) }
func removeLockFile(t *testing.T, s *locktest.Site) { remove(t, s, lock.DefaultNames.Lock) }
func replaceLockFile(t *testing.T, s *locktest.Site) {
	remove(t, s, lock.DefaultNames.Lock)
	hosttest.WriteFile(t, filepath.Join(s.Dir, lock.DefaultNames.Lock), "")
}

// leaveTemp does what a daemon does that dies in its acquire.
func leaveTemp(t *testing.T, s *locktest.Site) {
	hosttest.WriteFile(t, filepath.Join(s.Dir, lock.DefaultNames.Pidfile+".tmp"), "2147483647\n")
}

func remove(t *testing.T, s *locktest.Site, name string) {
	t.Helper()
	if err := os.Remove(filepath.Join(s.Dir, name)); err != nil {
		t.Fatal(err)
	}
}

// A new directory is found without being asked for.
func TestRunWalksAgain(t *testing.T) {
	if testing.Short() {
		t.Skip("takes 15 seconds")
	}
	t.Parallel()
	root := hosttest.Tree(t, "kv")
	w := startWatch(t, Config{Roots: []string{root}, Interval: soon})
	w.untilState(t, filepath.Join(root, "kv"), report.Free)
	late := filepath.Join(root, "late")
	hosttest.MakeData(t, late)
	w.untilState(t, late, report.Free)
	if c := w.changes(late)[0]; !c.New {
		t.Errorf("%+v", c)
	}
}

// An acquire that takes longer than any fsync is none.
func TestRunAcquiringTooLong(t *testing.T) {
	root := t.TempDir()
	site := play(t, locktest.TestWorld(t), root, locktest.UnnamedPlain)
	temp := filepath.Join(site.Dir, lock.DefaultNames.Pidfile+".tmp")
	hosttest.WriteFile(t, temp, "1\n")
	begun := time.Now().Add(2*time.Second - 30*time.Second)
	if err := os.Chtimes(temp, begun, begun); err != nil {
		t.Fatal(err)
	}
	w := startWatch(t, Config{Roots: []string{root}, Interval: soon})
	if r := w.untilState(t, site.Dir, report.Held); !r.Verdict.Reasons.Has(report.Acquiring) {
		t.Errorf("%v", r.Verdict.Reasons.List())
	}
	w.untilState(t, site.Dir, report.Unnamed)
}

// Nothing in the directory changes when the daemon locks again, or releases the lock of another directory. Both
// are noticed all the same.
func TestOwnerLocksAgain(t *testing.T) {
	hosttest.NeedTool(t, "flock")
	root := t.TempDir()
	lost := hosttest.MakeDir(t, root+"/lost")
	cmd := exec.Command("sh", "-c", shellDaemon, "sh", lost)
	_, say := hosttest.Talk(t, cmd)
	say("flock -u 9")
	other := hosttest.Play(t, locktest.TestWorld(t), root+"/theirs", locktest.HeldPlain)
	hosttest.Run(t, "cp", "-a", root+"/theirs", root+"/copy")
	watch := startWatch(t, Config{Roots: []string{root}, Interval: soon})
	watch.untilState(t, lost, report.Unguarded)
	watch.untilState(t, root+"/copy", report.Unknown)
	say("flock -n 9")
	watch.untilState(t, lost, report.Held)
	if err := other.Procs[0].Release(); err != nil {
		t.Fatal(err)
	}
	watch.untilState(t, root+"/copy", report.Stale)
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
	w.monitor.Observe()
	w.passes(t, 3)
	r := w.untilState(t, site.Dir, report.Stale)
	if removed, err := lock.BreakStale(site.Dir, r.Evidence.Evidence); err != nil {
		t.Errorf("removed %q: %v", removed, err)
	}
}

// A daemon that lets go of its lock without a release changes nothing in the directory.
func TestRunLockLost(t *testing.T) {
	root := hosttest.Tree(t, "kv")
	dir := filepath.Join(root, "kv")
	cmd := exec.Command("sh", "-c", `exec 9>>"$0/.handoff.lock" && flock -n 9 && echo $$ >"$0/.handoff.pidfile" && cd "$0" && echo held && read line && flock -u 9 && echo free && read line`, dir)
	hosttest.NeedTool(t, "flock")
	said, say := hosttest.Talk(t, cmd)
	if said != "held" {
		t.Fatalf("heard %q", said)
	}
	w := startWatch(t, Config{Roots: []string{root}, Interval: soon})
	w.untilState(t, dir, report.Held)
	if said := say("unlock"); said != "free" {
		t.Fatalf("heard %q", said)
	}
	if r := w.untilState(t, dir, report.Unguarded); r.Evidence.Lock.State != lock.LockFree {
		t.Errorf("lock %v", r.Evidence.Lock.State)
	}
}

// An error is told once, however often the directories of other roots are looked at.
func TestWalkErrorOnce(t *testing.T) {
	root := t.TempDir()
	play(t, locktest.TestWorld(t), root, locktest.UnnamedPlain) // needs a second look
	f := once(t, Config{Roots: []string{filepath.Join(root, "missing"), root}})
	if len(f.errors) != 1 || f.summary.Errors != 1 {
		t.Errorf("errors %v, %d in the summary", f.errors, f.summary.Errors)
	}
}
