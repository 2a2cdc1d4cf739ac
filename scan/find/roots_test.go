package find

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/sys/unix"

	"lockscope/scan/hosttest"
)

// A directory that several roots reach appears once.
func TestWalkOverlappingRoots(t *testing.T) {
	root := hosttest.Tree(t, "kv/1", "kv/deep/2", "other/3")
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(filepath.Join(root, "kv"), link); err != nil {
		t.Fatal(err)
	}
	all := []string{"kv/1", "kv/deep/2", "other/3"}
	sub := func(path string) string { return filepath.Join(root, path) }
	for _, tt := range []struct {
		name  string
		roots []string
		want  []string
	}{
		{"the same twice", []string{root, root}, all},
		{"one inside the other", []string{root, sub("kv")}, all},
		{"and the other way around", []string{sub("kv/deep"), sub("kv"), root}, all},
		{"a data directory of the other", []string{root, sub("kv/1")}, all},
		{"apart", []string{sub("kv"), sub("other")}, all},
	} {
		f := walk(t, Config{}, tt.roots...)
		t.Log(tt.name)
		f.wantPaths(t, root, tt.want...)
		f.wantNoErrors(t)
	}
	// By a link, the first name that was given stays.
	walk(t, Config{}, link, sub("kv")).wantPaths(t, link, "1", "deep/2")
	walk(t, Config{}, sub("kv"), link).wantPaths(t, root, "kv/1", "kv/deep/2")
	f := walk(t, Config{}, root, link)
	if len(f.paths) != 3 || !slices.Contains(f.paths, sub("other/3")) {
		t.Errorf("found %q", f.paths)
	}
}

// A root that cannot be read is an error of its own, and keeps nobody from the others.
func TestWalkBadRoots(t *testing.T) {
	root := hosttest.Tree(t, "kv")
	file := filepath.Join(root, "file")
	hosttest.WriteFile(t, file, "")
	missing := filepath.Join(root, "missing")
	loop := filepath.Join(root, "loop")
	if err := os.Symlink("loop", loop); err != nil {
		t.Fatal(err)
	}
	f := walk(t, Config{}, missing, file, loop, root)
	f.wantPaths(t, root, "kv")
	want := map[string]error{missing: unix.ENOENT, file: unix.ENOTDIR, loop: unix.ELOOP}
	for _, e := range f.errors {
		if !e.Root || want[e.Path] == nil || !errors.Is(e, want[e.Path]) {
			t.Errorf("%+v", e)
		}
		var p *fs.PathError
		if !errors.As(e, &p) || p.Path != e.Path {
			t.Errorf("%v does not say what it is about", e)
		}
		delete(want, e.Path)
	}
	if len(want) > 0 || len(f.errors) != 3 {
		t.Errorf("no error about %v; %d errors", want, len(f.errors))
	}
}
