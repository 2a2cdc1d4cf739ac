package find

import (
	"os"
	"path/filepath"
	"testing"

	"lockscope/scan/hosttest"
)

// What a glob below a root matches is walked as a root is, and nothing else.
func TestWalkOnly(t *testing.T) {
	root := hosttest.Tree(t, "a", "b/data", "b/data2", "b/data3/x/y", "c/data/x", "c/log/data", "d", ".e/data", "f/data/x/y")
	for _, test := range []struct {
		depth int
		globs []string
		want  []string
	}{
		{-1, []string{"*/data"}, []string{"b/data", "c/data/x", "f/data/x/y"}},
		{-1, []string{"*/data", "*/log"}, []string{"b/data", "c/data/x", "c/log/data", "f/data/x/y"}},
		{0, []string{"*/data"}, []string{"b/data"}},
		{1, []string{"*/data"}, []string{"b/data", "c/data/x"}},
		{-1, []string{"*"}, []string{"a", "b/data", "b/data2", "b/data3/x/y", "c/data/x", "c/log/data", "d", "f/data/x/y"}},
		{-1, []string{"[ad]", ".*"}, []string{"a", "d", ".e/data"}},
		{-1, []string{"b/data?/x"}, []string{"b/data3/x/y"}},
		{-1, []string{"nobody"}, nil},
	} {
		t.Log(test.depth, test.globs)
		f := walkTo(t, test.depth, Config{Only: map[string][]string{root: test.globs}}, root)
		f.wantPaths(t, root, test.want...)
		f.wantNoErrors(t)
	}
}

// A match may have a root of its own below it or be one, and excluded is excluded.
func TestWalkOnlyBesides(t *testing.T) {
	root := hosttest.Tree(t, "a/data", "b/data", "b/other", "c/data")
	cfg := Config{Only: map[string][]string{root: {"*/data"}}, Exclude: []string{"c"}}
	f := walk(t, cfg, root, filepath.Join(root, "b"))
	f.wantPaths(t, root, "a/data", "b/data", "b/other")
}

// A tenant cannot lead the walk elsewhere with a link that a glob matches.
func TestWalkOnlyLink(t *testing.T) {
	root, other := hosttest.Tree(t, "a/data", "b/"), hosttest.Tree(t, "data")
	for link, to := range map[string]string{"b/data": filepath.Join(other, "data"), "c": other} {
		if err := os.Symlink(to, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	f := walk(t, Config{Only: map[string][]string{root: {"*/data"}}}, root)
	f.wantPaths(t, root, "a/data")
	f.wantNoErrors(t)
}

// What a glob matches on another file system is entered, also where a walk stays on one.
func TestWalkOnlyMounts(t *testing.T) {
	hosttest.NeedRoot(t, "mount")
	root := hosttest.Tree(t, "a/data/", "b/data")
	hosttest.MountOn(t, filepath.Join(root, "a/data"), "-t", "tmpfs", "tmpfs")
	hosttest.MakeData(t, filepath.Join(root, "a/data/x"))
	hosttest.MountOn(t, hosttest.MakeDir(t, filepath.Join(root, "a/data/below")), "-t", "tmpfs", "tmpfs")
	hosttest.MakeData(t, filepath.Join(root, "a/data/below/y"))
	f := walk(t, Config{Only: map[string][]string{root: {"*/data"}}, OneFileSystem: true}, root)
	f.wantPaths(t, root, "a/data/x", "b/data")
	f.wantNoErrors(t)
}
