package scan

import (
	"os"
	"path/filepath"
	"testing"

	"lockscope/lock"
	"lockscope/scan/hosttest"
	"lockscope/scan/report"
)

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
			// It may have been found where it is now.
			w.until(t, "summary without it", func(f *found) bool { return f.reports[dir] == nil && f.summary.Dirs == len(f.reports) })
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

// A directory is one, by however many paths it is reached.
func TestReachedTwice(t *testing.T) {
	hosttest.NeedRoot(t, "mount")
	root := hosttest.TempDir(t)
	one := hosttest.MakeStale(t, root+"/one/data")
	hosttest.MountOn(t, hosttest.MakeDir(t, root+"/a"), "--bind", root+"/one")
	hosttest.MountOn(t, hosttest.MakeDir(t, root+"/two"), "--bind", root+"/one")
	for _, brief := range []bool{false, true} {
		f := once(t, Config{Roots: []string{root}, SummaryOnly: brief})
		if f.summary.Dirs != 1 || f.summary.States[report.Stale] != 1 {
			t.Errorf("%+v", f.summary)
		}
		if !brief {
			expect(t, f, root+"/a/data", report.Stale, report.PIDGone) // the first in order
		}
	}
	watch := startWatch(t, Config{Roots: []string{root}, Interval: soon})
	watch.passes(t, 2)
	watch.monitor.Walk()
	watch.passes(t, 4)
	for path, most := range map[string]int{root + "/a/data": 1, one: 1, root + "/two/data": 1} {
		found := 0
		for _, c := range watch.changes(path) {
			if c.New {
				found++
			}
		}
		if found > most {
			t.Errorf("%s was found %d times", path, found)
		}
	}
}
