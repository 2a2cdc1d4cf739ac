//go:build linux

package lock_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"lockscope/lock"
)

func TestReleaseTwice(t *testing.T) {
	dir := t.TempDir()
	l := acquire(t, dir)
	release(t, l)
	next := acquire(t, dir)
	release(t, l) // must not take the next one's pidfile, nor close its descriptors
	wantText(t, filepath.Join(dir, pidfile), fmt.Sprintln(os.Getpid()))
	if err := next.Check(); err != nil {
		t.Error(err)
	}
	if state := probe(t, dir); state != lock.LockHeld {
		t.Errorf("the lock is %v", state)
	}
	if err := l.Check(); !errors.Is(err, os.ErrClosed) {
		t.Errorf("Check after Release: %v", err)
	}
}

func TestReleaseConcurrently(t *testing.T) {
	dir := t.TempDir()
	l := acquire(t, dir)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if err := l.Release(); err != nil {
				t.Error(err)
			}
		})
		group.Go(func() {
			if err := l.Check(); err != nil && !errors.Is(err, os.ErrClosed) {
				t.Error(err)
			}
		})
	}
	group.Wait()
	wantFiles(t, dir, lockfile)
	wantNoneOpen(t, dir)
}

// A child inherits only the descriptors that it is given.
func TestChildDoesNotInherit(t *testing.T) {
	dir := t.TempDir()
	acquire(t, dir)
	openDir(t, dir)
	q := newSleeper(t)
	q.start()
	if open := openBelow(t, q.cmd.Process.Pid, dir); open != nil {
		t.Errorf("it has %q open", open)
	}
}

// A child that inherited the descriptor does not keep the lock after Release.
func TestReleaseFreesWhatAChildInherited(t *testing.T) {
	dir := t.TempDir()
	l := acquire(t, dir)
	q := newSleeper(t)
	q.cmd.ExtraFiles = append(q.cmd.ExtraFiles, dupLockFD(dir))
	q.start()
	release(t, l)
	if openBelow(t, q.cmd.Process.Pid, dir) == nil {
		t.Fatal("the child does not have the lock file open")
	}
	release(t, acquire(t, dir))
}

func TestCheck(t *testing.T) {
	for name, test := range map[string]struct {
		meddle func(dir string) error
		want   error
	}{
		"nothing":      {func(dir string) error { return nil }, nil},
		"touched":      {func(dir string) error { return os.Chmod(filepath.Join(dir, lockfile), 0o600) }, nil},
		"pidfile gone": {func(dir string) error { return os.Remove(filepath.Join(dir, pidfile)) }, nil},
		"linked too":   {func(dir string) error { return os.Link(filepath.Join(dir, lockfile), dir+".link") }, nil},
		"deleted":      {func(dir string) error { return os.Remove(filepath.Join(dir, lockfile)) }, lock.ErrReplaced},
		"replaced": {func(dir string) error {
			if err := os.WriteFile(dir+".new", nil, 0o644); err != nil {
				return err
			}
			return os.Rename(dir+".new", filepath.Join(dir, lockfile))
		}, lock.ErrReplaced},
		"a link to it in its place": {func(dir string) error {
			if err := os.Rename(filepath.Join(dir, lockfile), dir+".moved"); err != nil {
				return err
			}
			return os.Symlink(dir+".moved", filepath.Join(dir, lockfile))
		}, lock.ErrReplaced},
		"directory deleted": {os.RemoveAll, lock.ErrReplaced},
		"directory renamed": {func(dir string) error { return os.Rename(dir, dir+".old") }, lock.ErrReplaced},
		"directory replaced": {func(dir string) error {
			if err := os.Rename(dir, dir+".old"); err != nil {
				return err
			}
			return os.WriteFile(dir, nil, 0o644)
		}, lock.ErrReplaced},
		"directory renamed, and a link to it": {func(dir string) error {
			if err := os.Rename(dir, dir+".old"); err != nil {
				return err
			}
			return os.Symlink(dir+".old", dir)
		}, nil},
		"another lock there": {func(dir string) error {
			if err := os.Remove(filepath.Join(dir, lockfile)); err != nil {
				return err
			}
			acquire(t, dir)
			return nil
		}, lock.ErrReplaced},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "data")
			l := acquire(t, dir)
			if err := test.meddle(dir); err != nil {
				t.Fatal(err)
			}
			switch err := l.Check(); {
			case !errors.Is(err, test.want):
				t.Errorf("%v, want %v", err, test.want)
			case err != nil:
				wantPathError(t, err, "check", filepath.Join(dir, lockfile))
			}
		})
	}
}

func TestCheckCannotTell(t *testing.T) {
	parent := publicDir(t)
	dir := filepath.Join(parent, "data")
	l := acquire(t, dir)
	chmod(t, parent, 0)
	t.Cleanup(func() { chmod(t, parent, 0o755) })
	asNobody(t)
	if err := l.Check(); !errors.Is(err, unix.EACCES) || errors.Is(err, lock.ErrReplaced) {
		t.Errorf("%v, want permission denied", err)
	}
}

func TestReleaseLeavesAnothersPidfile(t *testing.T) {
	for name, text := range map[string]string{
		"another PID": fmt.Sprintln(deadPID),
		"our PID":     fmt.Sprintln(os.Getpid()), // but not our file: a PID namespace has its own numbers
		"nobody":      "",
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			l := acquire(t, dir)
			write(t, dir, pidfile, text)
			release(t, l)
			wantText(t, filepath.Join(dir, pidfile), text)
			if state := probe(t, dir); state != lock.LockFree {
				t.Errorf("the lock is %v", state)
			}
		})
	}
	t.Run("overwritten", func(t *testing.T) {
		dir := t.TempDir()
		l := acquire(t, dir)
		if err := os.WriteFile(filepath.Join(dir, pidfile), []byte("1\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		release(t, l)
		wantText(t, filepath.Join(dir, pidfile), "1\n")
	})
}

func TestReleaseWithoutPidfile(t *testing.T) {
	dir := t.TempDir()
	l := acquire(t, dir)
	if err := os.Remove(filepath.Join(dir, pidfile)); err != nil {
		t.Fatal(err)
	}
	release(t, l)
	wantFiles(t, dir, lockfile)
}

// If the pidfile cannot be removed, there is an error, and the lock is free.
func TestReleaseFails(t *testing.T) {
	dir := publicDir(t)
	l := acquire(t, dir)
	chmod(t, dir, 0o555)
	asNobody(t)
	err := l.Release()
	if !errors.Is(err, os.ErrPermission) {
		t.Errorf("%v, want permission denied", err)
	}
	wantPathError(t, err, "unlink", filepath.Join(dir, pidfile))
	if state := probe(t, dir); state != lock.LockFree {
		t.Errorf("the lock is %v", state)
	}
	release(t, l)
	wantNoneOpen(t, dir)
}

func TestLockOutlivesGarbageCollection(t *testing.T) {
	dir := t.TempDir()
	l := acquire(t, dir)
	for range 3 {
		runtime.GC()
	}
	if state := probe(t, dir); state != lock.LockHeld {
		t.Errorf("the lock is %v", state)
	}
	release(t, l)
}

func TestRelativeDir(t *testing.T) {
	parent := t.TempDir()
	t.Chdir(parent)
	l := acquire(t, "data")
	t.Chdir("/")
	if err := l.Check(); err != nil {
		t.Errorf("Check from elsewhere: %v", err)
	}
	if l.Dir() != "data" {
		t.Errorf("Dir() = %q", l.Dir())
	}
	release(t, l)
	wantFiles(t, filepath.Join(parent, "data"), lockfile)
}

// A holder may drop the Lock and hold it until it dies.
func TestDroppedLockIsHeld(t *testing.T) {
	dir := t.TempDir()
	if _, err := lock.Acquire(dir); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		runtime.GC()
	}
	for range 100 { // finalizers run in their own time
		if state := probe(t, dir); state != lock.LockHeld {
			t.Fatalf("the lock is %v", state)
		}
		runtime.GC()
	}
}

// A daemon that gave up its privileges can still remove the pidfile from its own directory, though
// it cannot read it. If it cannot remove it, there is an error.
func TestReleaseUnprivileged(t *testing.T) {
	needRoot(t, "give up rights")
	dir := publicDir(t)
	chmod(t, dir, 0o777)
	l := acquire(t, dir)
	chmod(t, filepath.Join(dir, pidfile), 0o600)
	asNobody(t)
	err := l.Release()
	if _, statErr := os.Stat(filepath.Join(dir, pidfile)); statErr == nil && err == nil {
		t.Error("the pidfile stayed behind, and there was no error")
	}
}
