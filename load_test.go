package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"lockscope/lock/locktest"
	"lockscope/scan/hosttest"
)

// watched starts a watch of a tree, waits for its first pass, and returns the summary of that.
func watched(t *testing.T, cmd *exec.Cmd) (next func() line, first line) {
	t.Helper()
	next = follow(t, cmd)
	for first = next(); first.Type != "summary"; first = next() {
		if first.Type == "error" {
			t.Fatalf("%+v", first)
		}
	}
	return next, first
}

// becomesStale makes directories stale, and waits until that is told of each.
func becomesStale(t *testing.T, next func() line, dirs ...string) {
	t.Helper()
	waiting := map[string]bool{}
	for _, dir := range dirs {
		hosttest.WriteFile(t, dir+"/.handoff.pidfile", hosttest.DeadPID)
		waiting[dir] = true
	}
	for len(waiting) > 0 {
		if l := next(); l.State == "stale" {
			delete(waiting, l.Path)
		}
	}
}

func freeTree(t *testing.T, n int) (root string, dirs []string) {
	t.Helper()
	root = hosttest.TempDir(t)
	for i := range n {
		dirs = append(dirs, hosttest.MakeData(t, fmt.Sprintf("%s/shard-%d/tenant-%03d", root, i%7, i)))
	}
	return root, dirs
}

// With few descriptors all directories are watched, and what happens is told.
func TestWatchFewDescriptors(t *testing.T) {
	root, dirs := freeTree(t, 300)
	cmd := exec.Command("sh", "-c", `ulimit -n 64; exec lockscope -w -o ndjson -i 200ms "$0"`, root)
	next, first := watched(t, cmd)
	if first.Dirs != len(dirs) {
		t.Errorf("%+v, want %d directories", first, len(dirs))
	}
	becomesStale(t, next, dirs...)
}

// A tree that is deep and wide does not run out of descriptors: a walk keeps only so
// many directories open, and opens the others anew.
func TestWalkFewDescriptors(t *testing.T) {
	var paths []string
	for deep, path := 0, ""; deep < 150; deep++ {
		for i := range 10 {
			paths = append(paths, fmt.Sprintf("%s%d", path, i))
		}
		path += "deep/"
	}
	root := hosttest.Tree(t, paths...)
	lines, _ := lockscope(t, exec.Command("sh", "-c", `ulimit -n 60; exec "$@"`, "sh", "lockscope", "-o", "ndjson", root))
	for path, l := range lines {
		if l.Type == "error" {
			t.Fatalf("%s: %s", strings.TrimPrefix(path, root), l.Error)
		}
	}
	for _, path := range paths {
		if l := lines[filepath.Join(root, path)]; l.State != "free" {
			t.Fatalf("%s: %+v", path, l)
		}
	}
}

// Where other programs have taken the watches of inotify, directories are polled, and that is said.
func TestWatchesExhausted(t *testing.T) {
	hosttest.NeedTool(t, "unshare")
	root, dirs := freeTree(t, 100)
	fewWatches := func(args ...string) *exec.Cmd {
		script := `echo 20 >/proc/sys/user/max_inotify_watches && exec "$@"`
		return exec.Command("unshare", slices.Concat([]string{"--user", "--map-root-user", "sh", "-c", script, "sh"}, args)...)
	}
	if err := fewWatches("true").Run(); err != nil {
		t.Skip("needs a user namespace with limits: ", err)
	}
	next, _ := watched(t, fewWatches("lockscope", "-w", "-o", "ndjson", "-i", "200ms", root))
	becomesStale(t, next, dirs...)

	out, err := fewWatches("lockscope", "--doctor", root).Output()
	if text := string(out); !strings.Contains(text, "max_user_watches") || !strings.Contains(text, "limited  watched") {
		t.Errorf("%v: %s", err, text)
	}
}

// What does not fit into the memory is left out, and it is said how much that is.
func TestMemoryLimit(t *testing.T) {
	root, dirs := freeTree(t, 1100)
	cmd := exec.Command("env", "GOMEMLIMIT=20MiB", "lockscope", "-o", "ndjson", root)
	lines, status := lockscope(t, cmd)
	found := 0
	for _, dir := range dirs {
		if lines[dir].State == "free" {
			found++
		}
	}
	if l, want := lines[root], fmt.Sprintf("%d data directories are left out", len(dirs)-found); status != 3 || found == 0 || found == len(dirs) || !strings.HasPrefix(l.Error, want) {
		t.Errorf("exit status %d, %d directories, %+v, want %q", status, found, l, want)
	}
}

// A process with very many descriptors hides nobody.
func TestManyDescriptors(t *testing.T) {
	hosttest.NeedRoot(t, "look at all processes")
	var most unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &most); err != nil {
		t.Fatal(err)
	}
	root := hosttest.TempDir(t)
	unnamed := hosttest.Play(t, locktest.TestWorld(t), root+"/unnamed", locktest.UnnamedPlain).Dir
	ours := hosttest.MakeData(t, root+"/ours") // whose lock this process takes by the last of its descriptors
	for range min(most.Cur, 100_000) - 500 {
		f, err := os.Open("/dev/null")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
	}
	f, err := os.OpenFile(ours+"/.handoff.lock", os.O_RDWR, 0)
	if err == nil {
		defer f.Close()
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	}
	if err != nil {
		t.Fatal(err)
	}
	lines, _ := lockscope(t, command("-o", "ndjson", "--timeout", "1m", root))
	for _, dir := range []string{unnamed, ours} {
		if l := lines[dir]; l.State != "unnamed" || strings.Contains(l.Summary, "not visible") {
			t.Errorf("%s: %+v", dir, l)
		}
	}
	if l := lines[ours]; !strings.Contains(l.Summary, fmt.Sprint(os.Getpid())) {
		t.Errorf("%s does not name %d", l.Summary, os.Getpid())
	}
}
