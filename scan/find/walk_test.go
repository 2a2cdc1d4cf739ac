package find

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"lockscope/lock"
	"lockscope/scan/hosttest"
)

func TestWalkDepth(t *testing.T) {
	root := hosttest.Tree(t, "1", "a/2", "a/b/3", "a/b/c/4")
	for depth, want := range [][]string{{}, {"1"}, {"1", "a/2"}, {"1", "a/2", "a/b/3"}, {"1", "a/2", "a/b/3", "a/b/c/4"}} {
		f := walkTo(t, depth, Config{}, root)
		f.wantPaths(t, root, want...)
		f.wantNoErrors(t)
	}
	walkTo(t, -1, Config{}, root).wantPaths(t, root, "1", "a/2", "a/b/3", "a/b/c/4")
	walkTo(t, 0, Config{}, filepath.Join(root, "1")).wantPaths(t, root, "1") // the root is depth 0
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
		f := walk(t, Config{Exclude: strings.Fields(tt.globs)}, root)
		t.Log(tt.globs)
		f.wantPaths(t, root, tt.want...)
		f.wantNoErrors(t)
	}
}

// What is inside of a data directory is its own business, unless it is asked for.
func TestWalkDescend(t *testing.T) {
	root := hosttest.Tree(t, "kv", "kv/shards/1", "kv/shards/2", "other/pidfile-only/")
	hosttest.WriteFile(t, filepath.Join(root, "other/pidfile-only", lock.DefaultNames.Pidfile), "2147483647\n")
	hosttest.MakeData(t, filepath.Join(root, "other/pidfile-only/below"))
	walk(t, Config{}, root).wantPaths(t, root, "kv", "other/pidfile-only")
	walk(t, Config{Descend: true}, root).wantPaths(t, root,
		"kv", "kv/shards/1", "kv/shards/2", "other/pidfile-only", "other/pidfile-only/below")
	walk(t, Config{}, filepath.Join(root, "kv")).wantPaths(t, root, "kv") // a data directory as the root
}

// A directory whose siblings are all plain is listed without a look for a lock file. The listing shows that
// there is one, or a pidfile.
func TestWalkPlainSiblings(t *testing.T) {
	var paths, want []string
	for i := range 10 * plainSiblings {
		paths = append(paths, fmt.Sprintf("plain%02d/", i))
	}
	want = append(want, "with-lock", "with-pidfile", "x-plain/1")
	root := hosttest.Tree(t, append(paths, "with-lock", "with-lock/inside", "with-pidfile/", "x-plain/1")...)
	hosttest.WriteFile(t, filepath.Join(root, "with-pidfile", lock.DefaultNames.Pidfile), "2147483647\n")
	f := walk(t, Config{}, root)
	f.wantPaths(t, root, want...)
	f.wantNoErrors(t)
	walk(t, Config{Descend: true}, root).wantPaths(t, root, append(want, "with-lock/inside")...)
}

func TestWalkOtherNames(t *testing.T) {
	root := hosttest.Tree(t, "default", "other/")
	hosttest.WriteFile(t, filepath.Join(root, "other", "LOCK"), "")
	walk(t, Config{Names: lock.Names{Lock: "LOCK", Pidfile: "PID"}}, root).wantPaths(t, root, "other")
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
	f := walk(t, Config{}, root)
	f.wantPaths(t, root, "kv/1")
	f.wantNoErrors(t)

	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(root, link); err != nil {
		t.Fatal(err)
	}
	f = walk(t, Config{}, link)
	f.wantPaths(t, link, "kv/1")
	if got := f.roots[filepath.Join(link, "kv/1")]; got != link {
		t.Errorf("root %s, want %s", got, link)
	}
}

func TestWalkOneFileSystem(t *testing.T) {
	root := hosttest.Tree(t, "kv/1", "mnt/")
	mnt := filepath.Join(root, "mnt")
	hosttest.MountOn(t, mnt, "-t", "tmpfs", "-o", "size=1m", "tmpfs")
	hosttest.MakeData(t, filepath.Join(mnt, "2"))
	walk(t, Config{}, root).wantPaths(t, root, "kv/1", "mnt/2")
	walk(t, Config{OneFileSystem: true}, root).wantPaths(t, root, "kv/1")
	walk(t, Config{OneFileSystem: true}, root, mnt).wantPaths(t, root, "kv/1", "mnt/2")
	walk(t, Config{OneFileSystem: true}, mnt).wantPaths(t, root, "mnt/2")
}

// A directory of very many entries is read to its end, at one descriptor.
func TestWalkWide(t *testing.T) {
	const width = 20_000
	root := t.TempDir()
	for i := range width {
		if err := os.Mkdir(filepath.Join(root, fmt.Sprint(i)), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"0", "9999", "19999"}
	for _, name := range want {
		hosttest.MakeData(t, filepath.Join(root, name))
	}
	f := walk(t, Config{}, root)
	f.wantPaths(t, root, want...)
	f.wantNoErrors(t)
}

// A directory that may not be read is an error, and the others are found.
func TestWalkUnreadable(t *testing.T) {
	hosttest.NeedRoot(t, "become somebody else")
	dir := os.Getenv(hosttest.Elsewhere)
	if dir == "" {
		dir = hosttest.OpenDir(t)
		for path, mode := range map[string]os.FileMode{"kv/1": 0o755, "secret/2": 0o700, "z/3": 0o755} {
			hosttest.MakeData(t, filepath.Join(dir, path))
			if err := os.Chmod(filepath.Join(dir, filepath.Dir(path)), mode); err != nil {
				t.Fatal(err)
			}
		}
	}
	if !hosttest.Again(t, dir, hosttest.AsNobody) {
		return
	}
	secret := filepath.Join(dir, "secret")
	f := walk(t, Config{}, dir, secret+"/2")
	f.wantPaths(t, dir, "kv/1", "z/3")
	var got []string
	for _, e := range f.errors {
		var p *fs.PathError
		if !errors.Is(e, unix.EACCES) || !errors.As(e, &p) || p.Path != e.Path {
			t.Errorf("%+v", e)
		}
		got = append(got, fmt.Sprint(e.Path, " ", e.Root))
	}
	slices.Sort(got)
	if want := []string{secret + " false", secret + "/2 true"}; !slices.Equal(got, want) {
		t.Errorf("errors about %q, want %q", got, want)
	}
}
