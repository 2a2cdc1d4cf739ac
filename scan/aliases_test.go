package scan

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"lockscope/lock"
	"lockscope/lock/locktest"
	"lockscope/scan/hosttest"
	"lockscope/scan/report"
)

// A directory that two paths lead to is known by the one that comes first in order, whichever is found first.
func TestAliases(t *testing.T) {
	for _, test := range []struct {
		name  string
		known string // a path of the directory, where it is known by one
		path  string // by which it was found now
		other string // by which it is known no longer
		alias bool   // it goes on to be known by the other
	}{
		{"the first path", "", "/srv/b/kv", "", false},
		{"the same path", "/srv/b/kv", "/srv/b/kv", "", false},
		{"one that comes later", "/srv/b/kv", "/srv/c/kv", "", true},
		{"one that comes earlier", "/srv/b/kv", "/srv/a/kv", "/srv/b/kv", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			var rs records
			if test.known != "" {
				addFree(&rs, test.known, 7)
			}
			addFree(&rs, "/srv/0/other", 8)
			if other, alias := rs.claim(dirID(7), test.path); other != "" || alias {
				t.Errorf("%q, %t though no mount makes that possible", other, alias)
			}
			rs.trackAliases(true)
			for range 2 { // the second time it is known by the path, or another
				if other, alias := rs.claim(dirID(7), test.path); other != test.other || alias != test.alias {
					t.Fatalf("%q, %t; want %q, %t", other, alias, test.other, test.alias)
				}
				if !test.alias {
					rs.remove(test.other)
					test.other = ""
				}
			}
			rs.trackAliases(false)
			if other, alias := rs.claim(dirID(7), "/srv/z"); other != "" || alias {
				t.Errorf("%q, %t though no mount makes that possible any more", other, alias)
			}
		})
	}
}

// Whatever it was known by before, a directory is known by one path.
func TestAliasMoves(t *testing.T) {
	var rs records
	addFree(&rs, "/srv/b", 7)
	rs.trackAliases(true)
	if other, alias := rs.claim(dirID(7), "/srv/a"); other != "/srv/b" || alias {
		t.Errorf("%q, %t", other, alias)
	}
	addFree(&rs, "/srv/a", 7)
	if other, alias := rs.claim(dirID(7), "/srv/aa"); other != "" || !alias {
		t.Errorf("%q, %t", other, alias)
	}
	// What cannot be identified may be any.
	addFree(&rs, "/srv/d", 9).report.Evidence.Dir = lock.FileID{}
	if other, alias := rs.claim(lock.FileID{}, "/srv/d"); other != "" || alias {
		t.Errorf("%q, %t", other, alias)
	}
	if other, alias := rs.claim(lock.FileID{}, "/srv/e"); other != "" || alias {
		t.Errorf("%q, %t", other, alias)
	}
}

// A path by which a directory is known no longer keeps no other from it.
func TestAliasOfGone(t *testing.T) {
	var rs records
	addFree(&rs, "/srv/a", 7)
	rs.trackAliases(true)
	if _, alias := rs.claim(dirID(7), "/srv/b"); !alias {
		t.Error("it is known by a path that comes first")
	}
	rs.remove("/srv/a")
	if other, alias := rs.claim(dirID(7), "/srv/b"); other != "" || alias {
		t.Errorf("%q, %t", other, alias)
	}
	// Known by it now, it stays so while account is kept.
	addFree(&rs, "/srv/b", 7)
	rs.trackAliases(true)
	if _, alias := rs.claim(dirID(7), "/srv/c"); !alias {
		t.Error("it is known by a path that comes first")
	}
}

// Where directories are only counted, the first path counts, and has no record.
func TestAliasOfCounted(t *testing.T) {
	var rs records
	rs.counted.on = true
	rs.trackAliases(true)
	if other, alias := rs.claim(dirID(7), "/srv/m"); other != "" || alias {
		t.Errorf("the first: %q, %t", other, alias)
	}
	for _, path := range []string{"/srv/a", "/srv/z"} {
		if other, alias := rs.claim(dirID(7), path); other != "" || !alias {
			t.Errorf("%s: %q, %t", path, other, alias)
		}
	}
}

// A split directory has two paths, and the one by which it was counted is not the one by which the kernel
// names the former lock file. It is counted once, as split, and the scan ends.
func TestSplitCountedByAnotherPath(t *testing.T) {
	root := hosttest.Mount(t, "-t", "tmpfs", "tmpfs")
	site := hosttest.Play(t, locktest.TestWorld(t), root+"/z/x", locktest.HeldPlain)
	hosttest.MakeData(t, root+"/z/y")
	hosttest.Bind(t, root+"/z", hosttest.MakeDir(t, root+"/a")) // the walk comes by this one first
	if err := os.Remove(filepath.Join(site.Dir, lock.DefaultNames.Lock)); err != nil {
		t.Fatal(err)
	}
	hosttest.WriteFile(t, filepath.Join(site.Dir, lock.DefaultNames.Lock), "")
	ctx, cancel := context.WithTimeout(t.Context(), hosttest.Patience)
	defer cancel()
	s, err := New(Config{Roots: []string{root}, MaxDepth: -1, Jobs: 1, SummaryOnly: true}).Once(ctx, func(report.Update) {})
	if err != nil || s.Dirs != 2 || s.States[report.Split] != 1 || s.States[report.Free] != 1 {
		t.Errorf("%+v, %v; want a split directory and a free one", s, err)
	}
}

// Another path to a known directory comes to be where a directory was that a daemon still has. Only the one
// that comes first in order goes on to be known, and the watch goes on.
func TestRunAliasTakesThePlace(t *testing.T) {
	root := hosttest.Mount(t, "-t", "tmpfs", "tmpfs")
	hosttest.MakeData(t, root+"/a/x")
	below := hosttest.Play(t, locktest.TestWorld(t), root+"/b/x", locktest.HeldPlain)
	hosttest.MakeData(t, root+"/c")
	hosttest.Bind(t, root+"/c", hosttest.MakeDir(t, root+"/d")) // so that directories may have two paths
	w := startWatch(t, Config{Roots: []string{root}, Interval: soon})
	w.untilState(t, below.Dir, report.Held)
	w.untilState(t, root+"/a/x", report.Free)
	w.passes(t, 1)
	hosttest.Bind(t, root+"/a", root+"/b")
	w.monitor.Walk()
	w.until(t, "end of "+below.Dir, func(f *found) bool { return f.reports[below.Dir] == nil })
	w.monitor.Walk() // which looks for what the daemon holds
	w.passes(t, 3)
	w.see(func(f *found) { f.wantPaths(t, root, "a/x", "c") })
}
