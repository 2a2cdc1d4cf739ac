package scan

import (
	"os"
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

// A directory that is no longer there, or no directory, is forgotten, and so
// are those of a root that is gone.
func TestRunGone(t *testing.T) {
	for name, do := range map[string]func(root, dir string) error{
		"removed":              func(_, dir string) error { return os.RemoveAll(dir) },
		"renamed":              func(_, dir string) error { return os.Rename(dir, dir+".old") },
		"parent removed":       func(_, dir string) error { return os.RemoveAll(filepath.Dir(dir)) },
		"root removed":         func(root, _ string) error { return os.RemoveAll(root) },
		"became a file":        func(_, dir string) error { return replace(dir, func() error { return os.WriteFile(dir, nil, 0o644) }) },
		"became a link":        func(_, dir string) error { return replace(dir, func() error { return os.Symlink(dir+".old", dir) }) },
		"parent became a link": func(root, dir string) error { return swapForLink(filepath.Dir(dir)) },
		"lost its lock file":   func(_, dir string) error { return os.Remove(filepath.Join(dir, lock.DefaultNames.Lock)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := hosttest.Tree(t, "a/kv", "b/stays")
			dir := filepath.Join(root, "a/kv")
			w := startWatch(t, Config{Roots: []string{root}, Interval: soon})
			w.untilState(t, dir, report.Free)
			if err := do(root, dir); err != nil {
				t.Fatal(err)
			}
			w.until(t, "end of the directory", func(f *found) bool { return f.reports[dir] == nil })
			left := 1
			if name == "root removed" {
				left = 0
			}
			w.until(t, "summary without it", func(f *found) bool { return f.summary.Dirs == left })
		})
	}
}

// replace moves a directory aside, and has something else made in its place.
func replace(dir string, make func() error) error {
	if err := os.Rename(dir, dir+".old"); err != nil {
		return err
	}
	return make()
}

func swapForLink(dir string) error {
	return replace(dir, func() error { return os.Symlink(filepath.Base(dir)+".old", dir) })
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
