//go:build linux

package lock_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"lockscope/lock"
)

func TestAcquireRelease(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made", "on", "the", "way")
	l := acquire(t, dir)
	if l.Dir() != dir {
		t.Errorf("Dir() = %q", l.Dir())
	}
	wantText(t, filepath.Join(dir, pidfile), fmt.Sprintln(os.Getpid()))
	wantFiles(t, dir, lockfile, pidfile)
	if err := l.Check(); err != nil {
		t.Error(err)
	}
	again, err := lock.Acquire(dir)
	wantHeld(t, again, err, dir, os.Getpid())
	again, err = lock.AcquireOrBreakStale(dir)
	wantNotReclaimed(t, again, err, dir, os.Getpid())
	if err := l.Check(); err != nil {
		t.Errorf("after the refusals: %v", err)
	}

	id := fileID(t, filepath.Join(dir, lockfile))
	release(t, l)
	wantFiles(t, dir, lockfile)
	if state := probe(t, dir); state != lock.LockFree {
		t.Errorf("released, it is %v", state)
	}
	wantNoneOpen(t, dir)
	acquire(t, dir)
	if now := fileID(t, filepath.Join(dir, lockfile)); now != id {
		t.Errorf("the lock file is %+v, it was %+v", now, id)
	}
}

// The lock file is only opened. Whatever somebody wrote to it stays.
func TestLockFileIsNotWritten(t *testing.T) {
	dir := t.TempDir()
	id := write(t, dir, lockfile, "do not touch\n")
	release(t, acquire(t, dir))
	wantText(t, filepath.Join(dir, lockfile), "do not touch\n")
	if now := fileID(t, filepath.Join(dir, lockfile)); now != id {
		t.Errorf("%+v, it was %+v", now, id)
	}
}

// If many acquire at once, exactly one succeeds.
func TestAcquireConcurrently(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	locks := make(chan *lock.Lock, 16)
	var group sync.WaitGroup
	for range cap(locks) {
		group.Go(func() {
			if l, err := lock.Acquire(dir); err == nil {
				locks <- l
			} else if !errors.Is(err, lock.ErrHeld) {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if len(locks) != 1 {
		t.Fatalf("%d holders", len(locks))
	}
	l := <-locks
	if err := l.Check(); err != nil {
		t.Error(err)
	}
	release(t, l)
	wantNoneOpen(t, dir)
}

// What a dead holder left behind does not prevent an acquire. It is replaced, not written to.
func TestAcquireReplacesLeftovers(t *testing.T) {
	for _, take := range []func(string) (*lock.Lock, error){lock.Acquire, lock.AcquireOrBreakStale} {
		dir := t.TempDir()
		write(t, dir, lockfile, "")
		write(t, dir, pidfile, fmt.Sprintln(deadPID))
		write(t, dir, tempfile, "2147")
		old, err := os.Open(filepath.Join(dir, pidfile)) // somebody reads it just now
		if err != nil {
			t.Fatal(err)
		}
		defer old.Close()
		l, err := take(dir)
		if err != nil {
			t.Fatal(err)
		}
		wantText(t, filepath.Join(dir, pidfile), fmt.Sprintln(os.Getpid()))
		wantText(t, fmt.Sprintf("/proc/self/fd/%d", old.Fd()), fmt.Sprintln(deadPID))
		wantFiles(t, dir, lockfile, pidfile)
		release(t, l)
	}
}

// The process that the pidfile names decides whether AcquireOrBreakStale tries a second time. It
// never decides whether a held lock is taken.
func TestHeldWhateverThePidfileSays(t *testing.T) {
	q := newSleeper(t)
	q.start()
	for text, pid := range map[string]int{
		fmt.Sprintln(deadPID):             deadPID,
		fmt.Sprintln(q.cmd.Process.Pid):   q.cmd.Process.Pid,
		fmt.Sprintln(os.Getpid()):         os.Getpid(),
		"":                                0,
		"0\n":                             0,
		"-1\n":                            0, // kill(-1) is everybody
		fmt.Sprintf("-%d\n", os.Getpid()): 0,
		"garbage":                         0,
	} {
		dir := t.TempDir()
		l := acquire(t, dir)
		write(t, dir, pidfile, text)
		other, err := lock.Acquire(dir)
		wantHeld(t, other, err, dir, pid)
		other, err = lock.AcquireOrBreakStale(dir)
		wantNotReclaimed(t, other, err, dir, pid)
		wantText(t, filepath.Join(dir, pidfile), text)
		if err := l.Check(); err != nil {
			t.Error(err)
		}
		wantFiles(t, dir, lockfile, pidfile)
	}
	t.Run("no pidfile", func(t *testing.T) {
		dir := t.TempDir()
		acquire(t, dir)
		if err := os.Remove(filepath.Join(dir, pidfile)); err != nil {
			t.Fatal(err)
		}
		other, err := lock.AcquireOrBreakStale(dir)
		wantNotReclaimed(t, other, err, dir, 0)
	})
}

// After its holder was killed, the lock is held until the last process with the descriptor dies.
func TestInheritedLockIsNotBroken(t *testing.T) {
	dir := t.TempDir()
	q, child := goPeer(t).inherit(t, dir)
	q.kill()
	other, err := lock.Acquire(dir)
	wantHeld(t, other, err, dir, q.pid())
	other, err = lock.AcquireOrBreakStale(dir)
	wantNotReclaimed(t, other, err, dir, q.pid())
	unix.Kill(child, unix.SIGKILL)
	eventually(t, "the lock is free", func() bool { return probe(t, dir) == lock.LockFree })
	acquire(t, dir)
}

func TestKilledHolderIsReclaimed(t *testing.T) {
	for name, take := range map[string]func(string) (*lock.Lock, error){
		"Acquire": lock.Acquire, "AcquireOrBreakStale": lock.AcquireOrBreakStale,
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			q := goPeer(t).hold(t, dir)
			other, err := take(dir)
			if other != nil || !errors.Is(err, lock.ErrHeld) {
				t.Fatalf("%v, %v, want held", other, err)
			}
			q.kill()
			wantText(t, filepath.Join(dir, pidfile), fmt.Sprintln(q.pid()))
			l, err := take(dir)
			if err != nil {
				t.Fatal(err)
			}
			wantText(t, filepath.Join(dir, pidfile), fmt.Sprintln(os.Getpid()))
			release(t, l)
		})
	}
}

// An acquire that fails after it took the flock releases it, and leaves nothing behind.
func TestAcquireFails(t *testing.T) {
	for name, test := range map[string]struct {
		plant string
		op    string
	}{
		"temporary is a directory": {tempfile, "unlink"},
		"pidfile is a directory":   {pidfile, "rename"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.Mkdir(filepath.Join(dir, test.plant), 0o755); err != nil {
				t.Fatal(err)
			}
			l, err := lock.Acquire(dir)
			if l != nil || err == nil {
				t.Fatalf("%v, %v", l, err)
			}
			wantPathError(t, err, test.op, filepath.Join(dir, tempfile))
			wantFiles(t, dir, lockfile, test.plant)
			if state := probe(t, dir); state != lock.LockFree {
				t.Errorf("the lock is %v", state)
			}
			wantNoneOpen(t, dir)
		})
	}
	t.Run("not permitted", func(t *testing.T) {
		dir := publicDir(t)
		asNobody(t)
		l, err := lock.Acquire(dir)
		if os.Geteuid() != 0 {
			t.Skip("only root can give up the right to write here")
		}
		if l != nil || !errors.Is(err, os.ErrPermission) {
			t.Fatalf("%v, %v, want permission denied", l, err)
		}
		wantPathError(t, err, "open", filepath.Join(dir, lockfile))
		wantFiles(t, dir)
		wantNoneOpen(t, dir)
	})
	t.Run("not a directory", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "file")
		write(t, filepath.Dir(dir), "file", "")
		if l, err := lock.Acquire(dir); l != nil || !errors.Is(err, unix.ENOTDIR) {
			t.Errorf("%v, %v", l, err)
		}
	})
}
