package scan

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/sys/unix"

	"lockscope/lock"
	"lockscope/lock/locktest"
	"lockscope/scan/hosttest"
	"lockscope/scan/report"
)

// Directories of any name are found, under the very bytes of their names.
func TestWalkNames(t *testing.T) {
	names := []string{
		"new\nline", "\x1b[2J\x1b]0;owned\a", "\u202egnp.dir", "\xff\xfe", "a\xc3", `back\slash`, " ", "-rf", "...", "*",
		"a (deleted)", strings.Repeat("n", 255), strings.Repeat("\xff", 255),
	}
	for place, dir := range hosttest.Places(t) {
		root := filepath.Join(dir, "root\n\x1b[31m")
		var want []string
		for _, name := range names {
			for _, path := range []string{name, "below/" + name + "/" + name} {
				want = append(want, path)
				hosttest.MakeData(t, filepath.Join(root, path))
			}
		}
		f := once(t, Config{Roots: []string{root}, Descend: true})
		t.Log(place)
		f.wantPaths(t, root, want...)
		f.wantNoErrors(t)
		for path, r := range f.reports {
			if r.Verdict.State != report.Free {
				t.Errorf("%q is %s", path, r.Verdict.State)
			}
			if text := report.Escape(r.Path); strings.ContainsFunc(text, notPrinting) {
				t.Errorf("%q", text)
			}
		}
	}
}

// deep makes directories inside each other, each of that name, and calls each
// with its descriptor and depth, 0 being root. It returns the path below root,
// which no system call would take.
func deep(t *testing.T, root, name string, depth int, each func(fd, depth int)) string {
	t.Helper()
	fd, err := unix.Open(root, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { removeDeep(t, root, name) })
	for d := 0; ; d++ {
		each(fd, d)
		if d == depth {
			unix.Close(fd)
			return strings.TrimSuffix(strings.Repeat(name+"/", depth), "/")
		}
		if err := unix.Mkdirat(fd, name, 0o755); err != nil {
			t.Fatal(err)
		}
		next, err := unix.Openat(fd, name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		unix.Close(fd)
		if err != nil {
			t.Fatal(err)
		}
		fd = next
	}
}

// removeDeep brings the levels up one by one: removing them from the top would
// take as many descriptors.
func removeDeep(t *testing.T, root, name string) {
	aside := filepath.Join(root, "aside")
	for {
		if err := os.Rename(filepath.Join(root, name), aside); err != nil {
			return
		}
		if err := os.Rename(filepath.Join(aside, name), filepath.Join(root, name)); err != nil && !os.IsNotExist(err) {
			t.Log(err)
		}
		if err := os.RemoveAll(aside); err != nil {
			t.Log(err)
			return
		}
	}
}

func touchAt(t *testing.T, dirfd int, name string) {
	t.Helper()
	fd, err := unix.Openat(dirfd, name, unix.O_CREAT|unix.O_WRONLY|unix.O_CLOEXEC, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	unix.Close(fd)
}

// A tenant can nest directories far beyond what a path may be long. They are
// walked to the end, and looked at again there.
func TestWalkDeep(t *testing.T) {
	const depth = 3200
	root := t.TempDir()
	name := strings.Repeat("d", 20) // 67,000 bytes in all
	end := deep(t, root, name, depth, func(fd, d int) {
		if d == depth {
			touchAt(t, fd, lock.DefaultNames.Lock)
		}
	})
	f := once(t, Config{Roots: []string{root}})
	f.wantPaths(t, root, end)
	f.wantNoErrors(t)
	if r := f.at(t, root, end); r.Verdict.State != report.Free {
		t.Errorf("%s: %v", r.Verdict.State, r.Verdict.Reasons.List())
	}
}

// Where a daemon's directory has a hostile name, so has its command line, and the
// names of its files in what the system says of them.
func TestExplainRealHostile(t *testing.T) {
	world, root := locktest.TestWorld(t), filepath.Join(t.TempDir(), strings.ReplaceAll(hostileName, "\x00", ""))
	for _, scene := range enduring() {
		play(t, world, root, scene)
	}
	f := once(t, Config{Roots: []string{root}})
	for _, r := range f.reports {
		summary, next := r.Explain()
		for _, text := range []string{summary, next, r.Command(), report.Escape(r.Path), report.Escape(r.Root)} {
			if strings.ContainsFunc(text, notPrinting) {
				t.Errorf("%q", text)
			}
		}
		for _, h := range r.Evidence.Holders {
			if h.Process.Command != "[kvd]" && !strings.HasPrefix(h.Process.Command, "sh ") && r.Verdict.State == report.Held && !strings.Contains(h.Process.Command, "\x1b") {
				t.Errorf("the command line %q is none of a hostile name", h.Process.Command)
			}
		}
	}
	if len(f.reports) != len(enduring())+1 { // and the renamed one
		t.Errorf("%d reports of %d scenes", len(f.reports), len(enduring()))
	}
}

// hostileName is everything that a terminal might take for something else.
const hostileName = "\x1b[2J\x1b]0;owned\a\r\n\x00\u202e\u2066\u200b\u0085\xff\xfe"

func notPrinting(r rune) bool { return !unicode.IsPrint(r) }
