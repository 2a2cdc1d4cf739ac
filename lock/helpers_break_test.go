//go:build linux

package lock_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"lockscope/lock"
)

func inspect(t testing.TB, dir string) lock.Evidence {
	t.Helper()
	seen, err := lock.Inspect(dir)
	if err != nil {
		t.Fatal(err)
	}
	return seen
}

// stale makes a directory as a killed holder leaves it, and inspects it.
func stale(t testing.TB) (dir string, seen lock.Evidence) {
	t.Helper()
	dir = t.TempDir()
	write(t, dir, lockfile, "")
	stalePidfile(t, dir)
	return dir, inspect(t, dir)
}

// stalePidfile writes a pidfile that names a dead process.
func stalePidfile(t testing.TB, dir string) lock.Pidfile {
	t.Helper()
	write(t, dir, pidfile, fmt.Sprintln(deadPID))
	return inspect(t, dir).Pidfile
}

// alive makes a directory with a free lock and a pidfile that names a live process. It returns
// evidence which says that the process is gone.
func alive(t testing.TB, dir string, pid int) lock.Evidence {
	t.Helper()
	write(t, dir, lockfile, "")
	write(t, dir, pidfile, fmt.Sprintln(pid))
	seen := inspect(t, dir)
	seen.Process = lock.ProcessGone
	return seen
}

// manyTemps makes temporaries, as a daemon leaves them that dies at each start.
func manyTemps(t *testing.T, dir string, n int) (names []string) {
	t.Helper()
	for i := range n {
		name := fmt.Sprintf("%s.%d.tmp", pidfile, deadPID-i)
		write(t, dir, name, "")
		names = append(names, name)
	}
	return names
}

// wantBroken breaks the lock. That must remove exactly these files, and leave the lock file as it
// was and the lock free.
func wantBroken(t testing.TB, dir string, seen lock.Evidence, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var rest []string
	for _, e := range entries {
		if !slices.Contains(want, e.Name()) {
			rest = append(rest, e.Name())
		}
	}
	if got := lock.DefaultNames.Leftovers(seen); !slices.Equal(got, want) {
		t.Errorf("Leftovers: %q, want %q", got, want)
	}
	removed, err := lock.BreakStale(dir, seen)
	if err != nil || !slices.Equal(removed, want) {
		t.Fatalf("%q, %v, want %q", removed, err, want)
	}
	wantFiles(t, dir, rest...)
	wantNoneOpen(t, dir)
	if seen.Lock.State == lock.LockMissing {
		return
	}
	if now := fileID(t, filepath.Join(dir, lockfile)); now != seen.Lock.ID {
		t.Errorf("the lock file is %+v, it was %+v", now, seen.Lock.ID)
	}
	if state := probe(t, dir); state != lock.LockFree {
		t.Errorf("the lock is %v", state)
	}
	l := acquire(t, dir)
	if now := fileID(t, filepath.Join(dir, lockfile)); now != seen.Lock.ID {
		t.Errorf("acquired, the lock file is %+v, it was %+v", now, seen.Lock.ID)
	}
	release(t, l)
}

// wantRefused checks that a break was refused for this reason.
func wantRefused(t testing.TB, removed []string, err error, why lock.Refusal) *lock.RefusedError {
	t.Helper()
	var refused *lock.RefusedError
	if removed != nil || !errors.As(err, &refused) || !errors.Is(err, lock.ErrRefused) || refused.Reason != why ||
		errors.Is(err, lock.ErrHeld) != (why == lock.RefusedHeld) ||
		errors.Is(err, lock.ErrReplaced) != (why == lock.RefusedReplaced) {
		t.Errorf("%q, %v, want refused: %v", removed, err, why)
		return &lock.RefusedError{}
	}
	return refused
}

// refuses tries to break the lock, which must be refused and change nothing.
func refuses(t testing.TB, dir string, seen lock.Evidence, why lock.Refusal) *lock.RefusedError {
	t.Helper()
	before := snapshot(t, dir)
	removed, err := lock.BreakStale(dir, seen)
	refused := wantRefused(t, removed, err, why)
	if after := snapshot(t, dir); after != before {
		t.Errorf("before:\n%safter:\n%s", before, after)
	}
	if refused.Dir != dir {
		t.Errorf("the error is about %q", refused.Dir)
	}
	return refused
}

// checks tries CheckBreak and then a break. Both must be refused for the same reason, and change
// nothing.
func checks(t *testing.T, dir string, seen lock.Evidence, why lock.Refusal) *lock.RefusedError {
	t.Helper()
	before, open := snapshot(t, dir), openBelow(t, os.Getpid(), dir)
	_, err := lock.CheckBreak(dir, seen)
	refused := wantRefused(t, nil, err, why)
	if after := snapshot(t, dir); after != before {
		t.Errorf("before:\n%safter:\n%s", before, after)
	}
	if now := openBelow(t, os.Getpid(), dir); !slices.Equal(now, open) {
		t.Errorf("open before: %q, after: %q", open, now)
	}
	if really := refuses(t, dir, seen, why); why != lock.RefusedHeld && really.Error() != refused.Error() {
		t.Errorf("%v, but the break: %v", refused, really)
	}
	return refused
}

// snapshot lists the files of a directory, with everything that a break could change.
func snapshot(t testing.TB, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Sprintln(err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%+v\n", fileID(t, dir))
	for _, e := range entries {
		fmt.Fprintf(&b, "%s %v %+v\n", e.Name(), e.Type(), fileID(t, filepath.Join(dir, e.Name())))
	}
	return b.String()
}

// chattr sets an attribute of a file until the test ends.
func chattr(t *testing.T, attribute, path string) {
	t.Helper()
	needRoot(t, "chattr")
	if out, err := exec.Command("chattr", "+"+attribute, path).CombinedOutput(); err != nil {
		t.Skipf("chattr: %v: %s", err, out)
	}
	t.Cleanup(func() { exec.Command("chattr", "-"+attribute, path).Run() })
}

// bind mounts a directory or file on itself, with these flags.
func bind(t *testing.T, path string, flags uintptr) {
	t.Helper()
	needRoot(t, "mount")
	if err := unix.Mount(path, path, "", unix.MS_BIND, ""); err != nil {
		t.Skipf("mount: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(path, 0); err != nil {
			t.Error(err)
		}
	})
	if err := unix.Mount("", path, "", unix.MS_REMOUNT|unix.MS_BIND|flags, ""); err != nil {
		t.Fatal(err)
	}
}
