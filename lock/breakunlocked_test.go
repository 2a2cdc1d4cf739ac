//go:build linux

package lock_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/sys/unix"

	"lockscope/lock"
)

// Without a lock file there is no lock to hold. The pidfile is removed. The temporaries stay, since
// they may be part of an acquire. No lock file is made.
func TestBreakStaleWithoutLockFile(t *testing.T) {
	dir := t.TempDir()
	stalePidfile(t, dir)
	write(t, dir, tempfile, "")
	seen := inspect(t, dir)
	if seen.Lock != (lock.LockFile{State: lock.LockMissing}) {
		t.Errorf("%+v", seen.Lock)
	}
	wantBroken(t, dir, seen, pidfile)
	wantFiles(t, dir, tempfile)
	removed, err := lock.BreakStale(dir, inspect(t, dir))
	wantRefused(t, removed, err, lock.RefusedNothing)
}

// Without a lock file, a daemon may acquire at any step of the break. Its pidfile is there in the
// end.
func TestBreakStaleWithoutLockFileAgainstAcquire(t *testing.T) {
	var broken, refused int
	for range rounds(100) {
		dir := t.TempDir()
		stalePidfile(t, dir)
		seen := inspect(t, dir)
		acquired := make(chan *lock.Lock)
		go func() {
			l, err := lock.Acquire(dir)
			if err != nil {
				t.Error(err) // nobody else asks for the lock
			}
			acquired <- l
		}()
		if removed, err := lock.BreakStale(dir, seen); err == nil {
			broken++
		} else if refused++; len(removed) > 0 || !errors.Is(err, lock.ErrRefused) {
			t.Errorf("%q, %v", removed, err)
		}
		l := <-acquired
		wantText(t, filepath.Join(dir, pidfile), fmt.Sprintln(os.Getpid()))
		wantFiles(t, dir, lockfile, pidfile)
		release(t, l)
	}
	if broken == 0 || refused == 0 {
		t.Logf("no race: %d broken, %d refused", broken, refused)
	}
}

// Without a lock file, the pidfile may be replaced at any step of the break. The break removes the
// one that was seen, or nothing.
func TestBreakStaleWithoutLockFileAgainstReplacement(t *testing.T) {
	dir, other := t.TempDir(), filepath.Join(t.TempDir(), "other")
	path := filepath.Join(dir, pidfile)
	for range rounds(40) {
		stalePidfile(t, dir)
		seen := inspect(t, dir)
		if err := os.WriteFile(other, []byte("1\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		stop := swapping(path, other)
		var removed []string
		var err error
		for range 10 {
			if removed, err = lock.BreakStale(dir, seen); err == nil {
				break
			}
		}
		stop()
		if err == nil {
			if !slices.Equal(removed, []string{pidfile}) {
				t.Errorf("%q", removed)
			}
			wantFiles(t, dir)
			wantText(t, other, "1\n")
		} else {
			wantFiles(t, dir, pidfile)
			ids := []lock.FileID{fileID(t, path), fileID(t, other)}
			if !slices.Contains(ids, seen.Pidfile.ID) || ids[0].SameFile(ids[1]) {
				t.Fatalf("refused, and lost: there are %+v, seen was %+v", ids, seen.Pidfile.ID)
			}
		}
		os.Remove(path)
	}
}

// Without a lock file, temporaries are left alone, even one that has the name that this break would
// use.
func TestBreakStaleLeavesItsNamesakeAlone(t *testing.T) {
	dir := t.TempDir()
	stalePidfile(t, dir)
	name := fmt.Sprintf("%s.%d.tmp", pidfile, os.Getpid())
	write(t, dir, name, "theirs")
	removed, err := lock.BreakStale(dir, inspect(t, dir))
	if err == nil && !slices.Equal(removed, []string{pidfile}) {
		t.Errorf("%q", removed)
	}
	wantText(t, filepath.Join(dir, name), "theirs")
}

// If the system forbids everything after the pidfile was moved aside, the pidfile stays there. The
// error says so, and is not ErrRefused, which would mean that nothing was changed.
func TestBreakLeavesPidfileAside(t *testing.T) {
	dir := t.TempDir()
	stalePidfile(t, dir)
	removed, err := lock.BreakStaleAt(dir, inspect(t, dir), func(step string) {
		if step == "aside" {
			chattr(t, "i", dir)
		}
	})
	var aside *lock.AsideError
	if removed != nil || !errors.As(err, &aside) || errors.Is(err, lock.ErrRefused) || !errors.Is(err, unix.EPERM) {
		t.Fatalf("%q, %v", removed, err)
	}
	wantFiles(t, dir, asideName())
	if want := filepath.Join(dir, asideName()); aside.Path != want {
		t.Errorf("it is said to be at %s, and is at %s", aside.Path, want)
	}
}

// asideName is the name that a break without a lock file gives to the pidfile.
func asideName() string { return fmt.Sprintf("%s.%d.tmp", pidfile, os.Getpid()) }
