//go:build linux

package lock_test

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"lockscope/lock"
)

func TestProbeLock(t *testing.T) {
	dir := t.TempDir()
	d := openDir(t, dir)
	missing := lock.LockFile{State: lock.LockMissing}
	if got := d.ProbeLock(); got != missing {
		t.Errorf("%+v", got)
	}
	if got := d.LockFile(); got != missing {
		t.Errorf("%+v", got)
	}
	wantFiles(t, dir)

	q := goPeer(t).hold(t, dir)
	want := lock.LockFile{State: lock.LockHeld, ID: fileID(t, filepath.Join(dir, lockfile))}
	if got := d.ProbeLock(); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	q.tell("release")
	q.expect("RELEASED")
	want.State = lock.LockFree
	if got := d.ProbeLock(); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	want.State = lock.LockUnknown
	if got := d.LockFile(); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// Two inspectors do not see each other.
func TestProbeLockConcurrently(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, lockfile, "")
	var group sync.WaitGroup
	for range 4 {
		d := openDir(t, dir)
		group.Go(func() {
			for range 2000 {
				if state := d.ProbeLock().State; state != lock.LockFree {
					t.Errorf("the lock is %v", state)
					return
				}
			}
		})
	}
	group.Wait()
}

func TestProbeLockNotPermitted(t *testing.T) {
	dir := publicDir(t)
	write(t, dir, lockfile, "")
	chmod(t, filepath.Join(dir, lockfile), 0)
	asNobody(t)
	if got := openDir(t, dir).ProbeLock(); got.State != lock.LockUnknown || !errors.Is(got.Err, os.ErrPermission) {
		t.Errorf("%+v", got)
	} else {
		wantPathError(t, got.Err, "open", filepath.Join(dir, lockfile))
	}
}

// A lease is refused in whatever mode somebody has the file open, and granted again after that.
func TestLeaseSeesEveryDescriptor(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, lock.DefaultNames.Lock)
	if err := os.WriteFile(name, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	d, err := lock.OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for _, flags := range []int{unix.O_RDONLY, unix.O_WRONLY, unix.O_RDWR} {
		fd, err := unix.Open(name, flags|unix.O_CLOEXEC, 0)
		if err != nil {
			t.Fatal(err)
		}
		if l := d.LeaseSeen(d.LockFile()); l.State != lock.LockUnknown || !errors.Is(l.Err, lock.ErrOpenElsewhere) {
			t.Errorf("open with flags %#x: %+v, want ErrOpenElsewhere", flags, l)
		}
		unix.Close(fd)
		if l := d.LeaseSeen(d.LockFile()); l.State != lock.LockFree {
			t.Errorf("closed again: %+v, want free", l)
		}
	}
}

// A shared flock is granted beside a lock of another kind. The lock is not free all the same.
func TestProbeSeesOtherLocks(t *testing.T) {
	dir := t.TempDir()
	f, err := os.Create(filepath.Join(dir, lock.DefaultNames.Lock))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	// This process would not see a POSIX lock of its own.
	if err := unix.FcntlFlock(f.Fd(), unix.F_OFD_SETLK, &unix.Flock_t{Type: unix.F_WRLCK}); err != nil {
		t.Fatal(err)
	}
	ev, err := lock.Inspect(dir)
	if err != nil {
		t.Fatal(err)
	}
	if ev.Lock.State != lock.LockUnknown || !errors.Is(ev.Lock.Err, lock.ErrPosixLock) {
		t.Errorf("got %+v, want ErrPosixLock", ev.Lock)
	}
}
