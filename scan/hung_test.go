package scan

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lockscope/lock"
)

// hungLimit is the time limit for one directory where some of them hang.
const hungLimit = 2 * time.Second

// ownMounts runs the calling test where its mounts are seen by nobody else, and
// go away with it.
func ownMounts(t *testing.T) bool {
	t.Helper()
	needRoot(t, "mount")
	if _, err := os.Stat("/dev/fuse"); err != nil {
		t.Skip(err)
	}
	return again(t, "here", func(cmd *exec.Cmd) {
		cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
	})
}

// hang mounts a file system on a directory that answers nobody, until it is released.
func hang(t *testing.T, dir string) (release func()) {
	t.Helper()
	fd, err := unix.Open("/dev/fuse", unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	options := fmt.Sprintf("fd=%d,rootmode=40000,user_id=0,group_id=0", fd)
	if err := unix.Mount("lockscope-test", dir, "fuse", 0, options); err != nil {
		t.Fatal(err)
	}
	released := false
	release = func() {
		if !released {
			released = true
			unix.Unmount(dir, unix.MNT_DETACH)
			unix.Close(fd) // whoever waits for an answer gets an error
		}
	}
	t.Cleanup(release)
	return release
}

// surveyHung is once, with a short time limit.
func surveyHung(t *testing.T, roots ...string) *found {
	t.Helper()
	start := time.Now()
	f := once(t, Config{Roots: roots, Timeout: hungLimit})
	if took := time.Since(start); took > patience {
		t.Errorf("took %v", took)
	}
	return f
}

// A mount that hangs is an error of its own, whether it is a root or below
// one; all else is found.
func TestHungMount(t *testing.T) {
	if !ownMounts(t) {
		return
	}
	root := tree(t, "a/1", "hung/", "z/2", "z/hung/", "z/3")
	hung, below := filepath.Join(root, "hung"), filepath.Join(root, "z/hung")
	hang(t, hung)
	hang(t, below)
	f := surveyHung(t, root)
	f.wantPaths(t, root, "a/1", "z/2", "z/3")
	wantTimeouts(t, f, map[string]bool{hung: false, below: false})

	f = surveyHung(t, hung, filepath.Join(root, "z"))
	f.wantPaths(t, root, "z/2", "z/3")
	wantTimeouts(t, f, map[string]bool{hung: true, below: false})
}

// wantTimeouts checks that the errors are that these paths gave no answer, and which are roots.
func wantTimeouts(t *testing.T, f *found, want map[string]bool) {
	t.Helper()
	for _, e := range f.errors {
		if isRoot, ok := want[e.Path]; !ok || isRoot != e.Root || !errors.Is(e, ErrNoAnswer) {
			t.Errorf("%s, root %t: %v", e.Path, e.Root, e)
		}
	}
	if len(f.errors) != len(want) {
		t.Errorf("%d errors, want %d: %v", len(f.errors), len(want), f.errors)
	}
}

// A known directory that hangs is unknown until it answers again. The others
// are watched all the while.
func TestRunHung(t *testing.T) {
	if !ownMounts(t) {
		return
	}
	root := tree(t, "kv", "other")
	kv, other := filepath.Join(root, "kv"), filepath.Join(root, "other")
	w := startWatch(t, Config{Roots: []string{root}, Interval: soon, Timeout: hungLimit})
	w.untilState(t, kv, Free)
	release := hang(t, kv)
	if r := w.untilState(t, kv, Unknown); !r.Verdict.Reasons.Has(Timeout) {
		t.Errorf("unknown because of %v", r.Verdict.Reasons.List())
	}
	writeFile(t, filepath.Join(other, lock.DefaultNames.Pidfile), "2147483647\n")
	w.untilState(t, other, Stale)
	release()
	w.untilState(t, kv, Free)
}

// The end does not wait for what hangs.
func TestRunHungCancel(t *testing.T) {
	if !ownMounts(t) {
		return
	}
	root := tree(t, "kv", "hung/")
	hang(t, filepath.Join(root, "hung"))
	m := New(Config{Roots: []string{root}, MaxDepth: -1, Timeout: time.Hour})
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, cancel)
	if _, err := m.Once(ctx, func(Update) {}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
