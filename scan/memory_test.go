package scan

import (
	"fmt"
	"strings"
	"testing"

	"lockscope/scan/hosttest"
)

// Directories that do not fit into the memory are left out, which is said of each root.
func TestMemory(t *testing.T) {
	const one, other = leastDirs + 30, 20
	roots := []string{hosttest.TempDir(t), hosttest.TempDir(t)}
	for i := range one {
		hosttest.MakeData(t, fmt.Sprintf("%s/%d", roots[0], i))
	}
	for i := range other {
		hosttest.MakeData(t, fmt.Sprintf("%s/%d", roots[1], i))
	}
	for _, counted := range []bool{false, true} {
		cfg := Config{Roots: roots, SummaryOnly: counted}
		if f := once(t, cfg); f.summary.Dirs != one+other {
			t.Errorf("%d directories without a limit, want %d", f.summary.Dirs, one+other)
		}
		cfg.Memory = 1
		f := once(t, cfg)
		if f.summary.Dirs != leastDirs {
			t.Errorf("%d directories, %d reports, want %d", f.summary.Dirs, len(f.reports), leastDirs)
		}
		left := 0
		for _, e := range f.errors {
			var n int
			var noun string
			_, err := fmt.Sscanf(e.Err.Error(), "%d data %s", &n, &noun)
			if err != nil || !e.Root || (n == 1) != (noun == "directory") || !strings.Contains(e.Err.Error(), " left out: ") {
				t.Errorf("%+v", e)
			}
			left += n
		}
		if left != one+other-leastDirs || f.summary.Errors != len(f.errors) {
			t.Errorf("%d are said to be left out, want %d: %v", left, one+other-leastDirs, f.errors)
		}
	}
}

// A directory that two paths lead to takes one place, and is not left out of what is full.
func TestMemoryAliases(t *testing.T) {
	root := hosttest.Mount(t, "-t", "tmpfs", "tmpfs")
	for i := range leastDirs {
		hosttest.MakeData(t, fmt.Sprintf("%s/a/%d", root, i))
	}
	hosttest.Bind(t, root+"/a", hosttest.MakeDir(t, root+"/b"))
	for _, counted := range []bool{false, true} {
		f := once(t, Config{Roots: []string{root}, SummaryOnly: counted, Memory: 1})
		if f.summary.Dirs != leastDirs || len(f.errors) > 0 {
			t.Errorf("%d directories, want %d; %v", f.summary.Dirs, leastDirs, f.errors)
		}
	}
}

// The more memory there is, the more fits in.
func TestMostDirs(t *testing.T) {
	var got []string
	for _, c := range []Config{{}, {Memory: 1}, {Memory: 64 << 20}, {Memory: 64 << 20, SummaryOnly: true}, {Memory: 8 << 30}} {
		got = append(got, fmt.Sprint(c.MostDirs(), " ", c.MostWatches()))
	}
	if want := "0 0, 1000 1, 22570 4474, 189743 4474, 4283983 572663"; strings.Join(got, ", ") != want {
		t.Errorf("%q, want %q", strings.Join(got, ", "), want)
	}
}
