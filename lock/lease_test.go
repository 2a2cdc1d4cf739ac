//go:build linux

package lock_test

import (
	"errors"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lockscope/lock"
)

// TestAcquireWaitsForLeases has an inspector ask by leases all the time: no acquire beside it is refused.
func TestAcquireWaitsForLeases(t *testing.T) {
	dir := t.TempDir()
	l, err := lock.Acquire(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Release(); err != nil {
		t.Fatal(err)
	}
	d, err := lock.OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	done := make(chan struct{})
	var free, open atomic.Int64
	var inspector atomic.Bool
	inspector.Store(true)
	go func() {
		defer close(done)
		for inspector.Load() {
			switch l := d.LeaseSeen(d.LockFile()); {
			case l.State == lock.LockFree:
				free.Add(1)
			case errors.Is(l.Err, lock.ErrOpenElsewhere), errors.Is(l.Err, lock.ErrLeased):
				open.Add(1)
			default:
				t.Errorf("unexpected answer %+v", l)
				return
			}
		}
	}()
	for end := time.Now().Add(time.Second); time.Now().Before(end); {
		l, err := lock.Acquire(dir)
		if err != nil {
			t.Errorf("refused beside leases: %v", err)
			break
		}
		l.Release()
	}
	inspector.Store(false)
	<-done
	if free.Load() == 0 || open.Load() == 0 {
		t.Errorf("the inspector saw %d free, %d open: they did not meet", free.Load(), open.Load())
	}
}

// TestLeaseSeesEveryDescriptor proves that a lease is refused however the file is open, and granted again after.
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

// TestProbeSeesOtherLocks has a lock of another kind: a shared flock is granted beside it, and yet it is somebody's.
func TestProbeSeesOtherLocks(t *testing.T) {
	dir := t.TempDir()
	f, err := os.Create(filepath.Join(dir, lock.DefaultNames.Lock))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	// A POSIX lock would be this very process's own, and stand in nobody's way.
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
