//go:build linux

package lock_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"lockscope/lock"
)

// Locks of other kinds, which a flock does not meet, are somebody's all the same.
func TestRefusedPosixLock(t *testing.T) {
	t.Run("OFD", func(t *testing.T) {
		dir, seen := stale(t)
		f, err := os.OpenFile(filepath.Join(dir, lockfile), os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := unix.FcntlFlock(f.Fd(), unix.F_OFD_SETLK, &unix.Flock_t{Type: unix.F_WRLCK}); err != nil {
			t.Fatal(err)
		}
		if refused := checks(t, dir, seen, lock.RefusedHeld); !errors.Is(refused, lock.ErrPosixLock) {
			t.Errorf("%v", refused)
		}
		f.Close()
		wantBroken(t, dir, seen, pidfile)
	})
	for _, kind := range []string{"read", "write"} {
		t.Run("POSIX "+kind, func(t *testing.T) {
			dir, seen := stale(t)
			q := goPeer(t).start(t, "posix", dir, kind)
			q.expect("HELD", q.pid())
			var posix *lock.PosixLockError
			if refused := checks(t, dir, seen, lock.RefusedHeld); !errors.As(refused, &posix) || posix.PID != q.pid() {
				t.Errorf("%v does not name %d", refused, q.pid())
			}
			q.kill()
			wantBroken(t, dir, seen, pidfile)
		})
	}
}

// Who keeps a lease on the lock file keeps everybody from opening it. That is no lock, and nothing is broken.
func TestRefusedLeased(t *testing.T) {
	dir, seen := stale(t)
	f, err := os.Open(filepath.Join(dir, lockfile))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := unix.FcntlInt(f.Fd(), unix.F_SETLEASE, unix.F_WRLCK); err != nil {
		t.Skipf("no leases here: %v", err)
	}
	if refused := checks(t, dir, seen, lock.RefusedLeased); !errors.Is(refused, lock.ErrLeased) {
		t.Errorf("%v", refused)
	}
}

// The pidfile was moved aside, and then the system allows nothing more: it stays there, and that is told. It is
// not a refusal, which says that nothing was changed.
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

// chattr sets an attribute of a file for as long as the test lasts.
func chattr(t *testing.T, attribute, path string) {
	t.Helper()
	needRoot(t, "chattr")
	if out, err := exec.Command("chattr", "+"+attribute, path).CombinedOutput(); err != nil {
		t.Skipf("chattr: %v: %s", err, out)
	}
	t.Cleanup(func() { exec.Command("chattr", "-"+attribute, path).Run() })
}
