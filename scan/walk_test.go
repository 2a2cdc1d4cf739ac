package scan

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"lockscope/lock"
	"lockscope/lock/locktest"
	"lockscope/scan/hosttest"
	"lockscope/scan/report"
)

// wantPaths checks that these are the directories found, below root.
func (f *found) wantPaths(t *testing.T, root string, want ...string) {
	t.Helper()
	var got []string
	for path := range f.reports {
		got = append(got, strings.TrimPrefix(strings.TrimPrefix(path, root), "/"))
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
	if f.summary.Dirs != len(want) {
		t.Errorf("%d directories in the summary, want %d", f.summary.Dirs, len(want))
	}
}

func (f *found) wantNoErrors(t *testing.T) {
	t.Helper()
	if len(f.errors) > 0 || f.summary.Errors != 0 {
		t.Errorf("errors %v, %d in the summary", f.errors, f.summary.Errors)
	}
}

// survey is once, with patience.
func survey(t *testing.T, cfg Config) *found {
	t.Helper()
	cfg.Timeout = hosttest.Patience
	return once(t, cfg)
}

// surveyDepth is survey to a depth that may be 0.
func surveyDepth(t *testing.T, root string, depth int) *found {
	t.Helper()
	f := &found{reports: map[string]*report.Report{}}
	if _, err := New(Config{Roots: []string{root}, MaxDepth: depth, Timeout: hosttest.Patience}).Once(t.Context(), f.take); err != nil {
		t.Fatal(err)
	}
	return f
}

func TestWalkDepth(t *testing.T) {
	root := hosttest.Tree(t, "1", "a/2", "a/b/3", "a/b/c/4")
	for depth, want := range [][]string{{}, {"1"}, {"1", "a/2"}, {"1", "a/2", "a/b/3"}, {"1", "a/2", "a/b/3", "a/b/c/4"}} {
		f := surveyDepth(t, root, depth)
		f.wantPaths(t, root, want...)
		f.wantNoErrors(t)
	}
	surveyDepth(t, root, -1).wantPaths(t, root, "1", "a/2", "a/b/3", "a/b/c/4")
	surveyDepth(t, filepath.Join(root, "1"), 0).wantPaths(t, root, "1") // the root is depth 0
}

func TestWalkExclude(t *testing.T) {
	root := hosttest.Tree(t, "kv/1", "kv/2", "kv/cache/3", "cache/4", "kv/tmp.1/5", "other/kv/6")
	all := []string{"kv/1", "kv/2", "kv/cache/3", "cache/4", "kv/tmp.1/5", "other/kv/6"}
	without := func(gone ...string) []string {
		return slices.DeleteFunc(slices.Clone(all), func(path string) bool { return slices.Contains(gone, path) })
	}
	for _, tt := range []struct {
		globs string
		want  []string
	}{
		{"", all},
		{"cache", without("kv/cache/3", "cache/4")},                   // a name, anywhere
		{"c*e tmp.?", without("kv/cache/3", "cache/4", "kv/tmp.1/5")}, // several
		{"kv/cache", without("kv/cache/3")},                           // a path below the root
		{"/cache", without("cache/4")},                                // the same, at its top
		{"kv/*", without("kv/1", "kv/2", "kv/cache/3", "kv/tmp.1/5")},
		{"*/kv", without("other/kv/6")}, // a * is one name
		{"kv", without("kv/1", "kv/2", "kv/cache/3", "kv/tmp.1/5", "other/kv/6")},
		{"[12]", without("kv/1", "kv/2")}, // a data directory itself
		{filepath.Base(root), all},        // the root was asked for
		{"CACHE", all},
		{"*/*/*", without("kv/cache/3", "kv/tmp.1/5", "other/kv/6")},
	} {
		f := survey(t, Config{Roots: []string{root}, Exclude: strings.Fields(tt.globs)})
		t.Log(tt.globs)
		f.wantPaths(t, root, tt.want...)
		f.wantNoErrors(t)
	}
}

// What is inside of a data directory is its own business, unless it is asked for.
func TestWalkDescend(t *testing.T) {
	root := hosttest.Tree(t, "kv", "kv/shards/1", "kv/shards/2", "other/pidfile-only/")
	hosttest.WriteFile(t, filepath.Join(root, "other/pidfile-only", lock.DefaultNames.Pidfile), "2147483647\n")
	if err := os.MkdirAll(filepath.Join(root, "other/pidfile-only/below"), 0o755); err != nil {
		t.Fatal(err)
	}
	hosttest.WriteFile(t, filepath.Join(root, "other/pidfile-only/below", lock.DefaultNames.Lock), "")
	survey(t, Config{Roots: []string{root}}).wantPaths(t, root, "kv", "other/pidfile-only")
	survey(t, Config{Roots: []string{root}, Descend: true}).wantPaths(t, root,
		"kv", "kv/shards/1", "kv/shards/2", "other/pidfile-only", "other/pidfile-only/below")
	survey(t, Config{Roots: []string{filepath.Join(root, "kv")}}).wantPaths(t, root, "kv") // a data directory as the root
}

func TestWalkOtherNames(t *testing.T) {
	root := hosttest.Tree(t, "default", "other/")
	hosttest.WriteFile(t, filepath.Join(root, "other", "LOCK"), "")
	survey(t, Config{Roots: []string{root}, Names: lock.Names{Lock: "LOCK", Pidfile: "PID"}}).wantPaths(t, root, "other")
}

// No link is followed below a root. The root itself may be one, and is known by
// the name it was given.
func TestWalkLinks(t *testing.T) {
	root, outside := hosttest.Tree(t, "kv/1"), hosttest.Tree(t, "secret")
	for link, target := range map[string]string{
		"out": outside, "up": "..", "self": ".", "kv/loop": "../kv", "dangling": "nowhere", "abs": root,
	} {
		if err := os.Symlink(target, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	f := survey(t, Config{Roots: []string{root}})
	f.wantPaths(t, root, "kv/1")
	f.wantNoErrors(t)

	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(root, link); err != nil {
		t.Fatal(err)
	}
	f = survey(t, Config{Roots: []string{link}})
	f.wantPaths(t, link, "kv/1")
	if r := f.at(t, link, "kv/1"); r.Root != link {
		t.Errorf("root %s, want %s", r.Root, link)
	}
}

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
		f := survey(t, Config{Roots: tt.roots})
		t.Log(tt.name)
		f.wantPaths(t, root, tt.want...)
		f.wantNoErrors(t)
	}
	// By a link, the first name that was given stays.
	survey(t, Config{Roots: []string{link, sub("kv")}}).wantPaths(t, link, "1", "deep/2")
	survey(t, Config{Roots: []string{sub("kv"), link}}).wantPaths(t, root, "kv/1", "kv/deep/2")
	f := survey(t, Config{Roots: []string{root, link}})
	if len(f.reports) != 3 || f.reports[sub("other/3")] == nil {
		t.Errorf("found %q", slices.Sorted(maps.Keys(f.reports)))
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
	f := survey(t, Config{Roots: []string{missing, file, loop, root}})
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
	if len(want) > 0 || f.summary.Errors != 3 {
		t.Errorf("no error about %v; %d in the summary", want, f.summary.Errors)
	}
}

func TestWalkOneFileSystem(t *testing.T) {
	root := hosttest.Tree(t, "kv/1", "mnt/")
	mnt := filepath.Join(root, "mnt")
	if err := unix.Mount("lockscope-test", mnt, "tmpfs", 0, "size=1m"); err != nil {
		t.Skip("mount:", err)
	}
	t.Cleanup(func() { unix.Unmount(mnt, unix.MNT_DETACH) })
	if err := os.Mkdir(filepath.Join(mnt, "2"), 0o755); err != nil {
		t.Fatal(err)
	}
	hosttest.WriteFile(t, filepath.Join(mnt, "2", lock.DefaultNames.Lock), "")
	survey(t, Config{Roots: []string{root}}).wantPaths(t, root, "kv/1", "mnt/2")
	survey(t, Config{Roots: []string{root}, OneFileSystem: true}).wantPaths(t, root, "kv/1")
	survey(t, Config{Roots: []string{root, mnt}, OneFileSystem: true}).wantPaths(t, root, "kv/1", "mnt/2")
	survey(t, Config{Roots: []string{mnt}, OneFileSystem: true}).wantPaths(t, root, "mnt/2")
}

// An error is told once, however often the directories of other roots are looked at.
func TestWalkErrorOnce(t *testing.T) {
	root := t.TempDir()
	play(t, locktest.TestWorld(t), root, locktest.UnnamedPlain) // needs a second look
	f := survey(t, Config{Roots: []string{filepath.Join(root, "missing"), root}})
	if len(f.errors) != 1 || f.summary.Errors != 1 {
		t.Errorf("errors %v, %d in the summary", f.errors, f.summary.Errors)
	}
}
