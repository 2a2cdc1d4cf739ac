package scan

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"lockscope/lock"
	"lockscope/lock/locktest"
)

// What a directory turns into when its holders die and its files are meddled
// with is seen without being asked for.
func TestRunTurns(t *testing.T) {
	for _, tt := range []struct {
		scene locktest.Scene
		from  State
		do    func(*testing.T, *locktest.Site)
		to    State
	}{
		{locktest.HeldShared, Held, func(_ *testing.T, s *locktest.Site) { s.Procs[0].Kill() }, Orphaned},
		{locktest.OrphanedPlain, Orphaned, func(_ *testing.T, s *locktest.Site) { s.Holders[0].Kill() }, Stale},
		{locktest.OrphanedZombie, Orphaned, func(_ *testing.T, s *locktest.Site) { s.Holders[0].Kill() }, Stale},
		{locktest.HeldShell, Held, func(_ *testing.T, s *locktest.Site) { s.Holders[0].Kill() }, Stale},
		{locktest.HeldPlain, Held, func(_ *testing.T, s *locktest.Site) { s.Holders[0].Zombify() }, Stale},
		{locktest.HeldPlain, Held, removePidfile, Unnamed},
		{locktest.HeldPlain, Held, removeLockFile, Split},
		{locktest.SplitPlain, Split, func(_ *testing.T, s *locktest.Site) { s.Procs[0].Kill() }, Held},
		{locktest.SplitAlone, Split, func(_ *testing.T, s *locktest.Site) { s.Procs[0].Kill() }, Stale},
		{locktest.UnguardedPlain, Unguarded, func(_ *testing.T, s *locktest.Site) { s.Procs[0].Kill() }, Stale},
		{locktest.UnnamedPlain, Unnamed, func(_ *testing.T, s *locktest.Site) { s.Holders[0].Kill() }, Free},
		{locktest.MismatchPlain, Mismatch, func(_ *testing.T, s *locktest.Site) { s.Holders[0].Kill() }, Stale},
		{locktest.StaleEmpty, Stale, removePidfile, Free},
		{locktest.UnknownFIFO, Unknown, replaceLockFile, Free},
		{locktest.FreePlain, Free, leaveTemp, Stale},
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
			if want := []State{tt.from, tt.to}; !slices.Equal(got, want) {
				t.Errorf("went through %v, want %v", got, want)
			}
		})
	}
}

func removePidfile(t *testing.T, s *locktest.Site)  { remove(t, s, lock.DefaultNames.Pidfile) }
func removeLockFile(t *testing.T, s *locktest.Site) { remove(t, s, lock.DefaultNames.Lock) }
func replaceLockFile(t *testing.T, s *locktest.Site) {
	remove(t, s, lock.DefaultNames.Lock)
	writeFile(t, filepath.Join(s.Dir, lock.DefaultNames.Lock), "")
}

// leaveTemp does what a daemon does that dies in its acquire.
func leaveTemp(t *testing.T, s *locktest.Site) {
	writeFile(t, filepath.Join(s.Dir, lock.DefaultNames.Pidfile+".tmp"), "2147483647\n")
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
			root := tree(t, "a/kv", "b/stays")
			dir := filepath.Join(root, "a/kv")
			w := startWatch(t, Config{Roots: []string{root}, Interval: soon})
			w.untilState(t, dir, Free)
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
	root := tree(t, "kv")
	w := startWatch(t, Config{Roots: []string{root}, Interval: soon})
	w.untilState(t, filepath.Join(root, "kv"), Free)
	late := filepath.Join(root, "late")
	makeDataDir(t, late)
	w.untilState(t, late, Free)
	if c := w.changes(late)[0]; !c.New {
		t.Errorf("%+v", c)
	}
}

// An acquire that takes longer than any fsync is none.
func TestRunAcquiringTooLong(t *testing.T) {
	root := t.TempDir()
	site := play(t, locktest.TestWorld(t), root, locktest.UnnamedPlain)
	temp := filepath.Join(site.Dir, lock.DefaultNames.Pidfile+".tmp")
	writeFile(t, temp, "1\n")
	begun := time.Now().Add(2*time.Second - acquireTime)
	if err := os.Chtimes(temp, begun, begun); err != nil {
		t.Fatal(err)
	}
	w := startWatch(t, Config{Roots: []string{root}, Interval: soon})
	if r := w.untilState(t, site.Dir, Held); !r.Verdict.Reasons.Has(Acquiring) {
		t.Errorf("%v", r.Verdict.Reasons.List())
	}
	w.untilState(t, site.Dir, Unnamed)
}
