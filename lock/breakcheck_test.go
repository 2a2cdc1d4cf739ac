//go:build linux

package lock_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"lockscope/lock"
)

func TestCheckBreak(t *testing.T) {
	dir, seen := stale(t)
	before := snapshot(t, dir)
	l, err := lock.CheckBreak(dir, seen)
	if err != nil || l.State != lock.LockFree {
		t.Errorf("%+v, %v", l, err)
	}
	if after := snapshot(t, dir); after != before {
		t.Errorf("before:\n%safter:\n%s", before, after)
	}
	wantNoneOpen(t, dir)
	wantBroken(t, dir, seen, pidfile)
}

func TestCheckBreakWithoutLockFile(t *testing.T) {
	dir := t.TempDir()
	stalePidfile(t, dir)
	if l, err := lock.CheckBreak(dir, inspect(t, dir)); err != nil || l.State != lock.LockMissing {
		t.Errorf("%+v, %v", l, err)
	}
}

// CheckBreak finds out what the system forbids, with and without a lock file. If one file of
// several cannot be removed, none is.
func TestCheckBreakForbidden(t *testing.T) {
	for name, test := range map[string]struct {
		forbid func(t *testing.T, dir string)
		why    lock.Refusal
	}{
		"directory immutable":   {func(t *testing.T, dir string) { chattr(t, "i", dir) }, lock.RefusedImmutable},
		"directory append-only": {func(t *testing.T, dir string) { chattr(t, "a", dir) }, lock.RefusedAppendOnly},
		"pidfile immutable":     {func(t *testing.T, dir string) { chattr(t, "i", filepath.Join(dir, pidfile)) }, lock.RefusedImmutable},
		"pidfile append-only":   {func(t *testing.T, dir string) { chattr(t, "a", filepath.Join(dir, pidfile)) }, lock.RefusedAppendOnly},
		"pidfile mounted":       {func(t *testing.T, dir string) { bind(t, filepath.Join(dir, pidfile), 0) }, lock.RefusedMountPoint},
		"mounted read-only":     {func(t *testing.T, dir string) { bind(t, dir, unix.MS_RDONLY) }, lock.RefusedReadOnlyFS},
		"not writable": {func(t *testing.T, dir string) {
			needRoot(t, "give up rights")
			asNobody(t)
		}, lock.RefusedPermission},
		"not the owner, in a sticky directory": {func(t *testing.T, dir string) {
			needRoot(t, "give up rights")
			chmod(t, dir, 0o777|os.ModeSticky)
			asNobody(t)
		}, lock.RefusedPermission},
	} {
		for _, withLock := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s/lock file %t", name, withLock), func(t *testing.T) {
				dir := publicDir(t)
				if withLock {
					write(t, dir, lockfile, "")
				}
				stalePidfile(t, dir)
				test.forbid(t, dir)
				checks(t, dir, inspect(t, dir), test.why)
			})
		}
	}
	t.Run("one temporary of several", func(t *testing.T) {
		dir, _ := stale(t)
		for _, name := range manyTemps(t, dir, 40)[39:] {
			chattr(t, "i", filepath.Join(dir, name))
		}
		checks(t, dir, inspect(t, dir), lock.RefusedImmutable)
	})
	t.Run("lock file unreadable", func(t *testing.T) {
		needRoot(t, "give up rights")
		dir := publicDir(t)
		chmod(t, dir, 0o777)
		write(t, dir, lockfile, "")
		stalePidfile(t, dir)
		seen := inspect(t, dir)
		chmod(t, filepath.Join(dir, lockfile), 0o600)
		asNobody(t)
		checks(t, dir, seen, lock.RefusedPermission)
	})
}

// In a sticky directory, the owner of the directory or of the file may remove the file.
func TestCheckBreakSticky(t *testing.T) {
	needRoot(t, "chown")
	for _, owned := range []string{"", pidfile} {
		dir := publicDir(t)
		write(t, dir, lockfile, "")
		stalePidfile(t, dir)
		seen := inspect(t, dir)
		chmod(t, dir, 0o777|os.ModeSticky)
		chmod(t, filepath.Join(dir, lockfile), 0o666)
		if err := os.Chown(filepath.Join(dir, owned), 65534, 65534); err != nil {
			t.Fatal(err)
		}
		t.Run(owned, func(t *testing.T) {
			asNobody(t)
			if _, err := lock.CheckBreak(dir, seen); err != nil {
				t.Error(err)
			}
			wantBroken(t, dir, seen, pidfile)
		})
	}
}

// CheckBreak finds out what has changed.
func TestCheckBreakChanged(t *testing.T) {
	for name, test := range map[string]struct {
		change func(t *testing.T, dir string)
		why    lock.Refusal
	}{
		"pidfile written anew": {func(t *testing.T, dir string) { stalePidfile(t, dir) }, lock.RefusedChanged},
		"temporary gone":       {func(t *testing.T, dir string) { os.Remove(filepath.Join(dir, tempfile)) }, lock.RefusedChanged},
		"lock file replaced":   {func(t *testing.T, dir string) { write(t, dir, lockfile, "") }, lock.RefusedReplaced},
		"lock file a link": {func(t *testing.T, dir string) {
			os.Remove(filepath.Join(dir, lockfile))
			os.Symlink(pidfile, filepath.Join(dir, lockfile))
		}, lock.RefusedNotRegular},
	} {
		t.Run(name, func(t *testing.T) {
			dir, _ := stale(t)
			write(t, dir, tempfile, "")
			seen := inspect(t, dir)
			test.change(t, dir)
			checks(t, dir, seen, test.why)
		})
	}
	t.Run("nothing", func(t *testing.T) {
		dir := t.TempDir()
		write(t, dir, lockfile, "")
		checks(t, dir, inspect(t, dir), lock.RefusedNothing)
	})
	t.Run("alive", func(t *testing.T) {
		dir := t.TempDir()
		q := newSleeper(t)
		q.cmd.Dir = dir
		q.start()
		checks(t, dir, alive(t, dir, q.cmd.Process.Pid), lock.RefusedAlive)
	})
}

// CheckBreak does not take the lock. So of a held lock it only finds that somebody has the file
// open.
func TestCheckBreakOpenElsewhere(t *testing.T) {
	dir, seen := stale(t)
	f, err := os.Open(filepath.Join(dir, lockfile))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, how := range []int{unix.LOCK_UN, unix.LOCK_SH, unix.LOCK_EX} {
		if err := unix.Flock(int(f.Fd()), how); err != nil {
			t.Fatal(err)
		}
		if l, err := lock.CheckBreak(dir, seen); err != nil || l.State != lock.LockUnknown || !errors.Is(l.Err, lock.ErrOpenElsewhere) {
			t.Errorf("%+v, %v", l, err)
		}
	}
}
