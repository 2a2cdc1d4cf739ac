//go:build linux

package lock_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"lockscope/lock"
)

func TestInspect(t *testing.T) {
	dir := t.TempDir()
	if got, want := inspect(t, dir), (lock.Evidence{Dir: fileID(t, dir), Lock: lock.LockFile{State: lock.LockMissing},
		Pidfile: lock.Pidfile{State: lock.PidfileMissing}}); got.Dir != want.Dir || got.Lock != want.Lock || got.Pidfile != want.Pidfile || got.Temps != nil || got.Process != want.Process {
		t.Errorf("%+v, want %+v", got, want)
	}

	q := goPeer(t).hold(t, dir)
	write(t, dir, tempfile, "")
	got := inspect(t, dir)
	if got.Lock.State != lock.LockHeld || got.Pidfile.PID != q.pid() || got.Process != lock.ProcessAlive || got.Temps != nil {
		t.Errorf("held: %+v", got)
	}
	if err := os.Remove(filepath.Join(dir, pidfile)); err != nil {
		t.Fatal(err)
	}
	got = inspect(t, dir)
	want := lock.Temp{Name: tempfile, ID: fileID(t, filepath.Join(dir, tempfile))}
	if got.Lock.State != lock.LockHeld || got.Pidfile.State != lock.PidfileMissing || got.Process != lock.ProcessUnknown ||
		len(got.Temps) != 1 || got.Temps[0] != want {
		t.Errorf("held without a name: %+v", got)
	}
	wantNoneOpen(t, dir)

	if _, err := lock.Inspect(filepath.Join(dir, "missing")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no such directory: %v", err)
	}
}

// Inspect never sees a free lock with the pidfile of its last holder, nor a pidfile that is half
// written.
func TestInspectIsConsistent(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, lockfile, "")
	looks := map[lock.LockState]int{}
	eventually(t, "it is seen held, and free", func() bool {
		q := goPeer(t).start(t, "loop", dir, "0.5")
		for end := q.answer(); ; {
			select {
			case counts := <-end:
				wantCounts(t, counts, "inspected")
				return looks[lock.LockHeld] > 0 && looks[lock.LockFree] > 0
			default:
			}
			ev := inspect(t, dir)
			looks[ev.Lock.State]++
			switch {
			case ev.Lock.State == lock.LockFree && ev.Pidfile.State != lock.PidfileMissing:
				t.Fatalf("free, with a pidfile: %+v", ev)
			case ev.Pidfile.State == lock.PidfileNamed && ev.Pidfile.PID != q.pid():
				t.Fatalf("somebody else's: %+v", ev)
			case ev.Pidfile.State != lock.PidfileNamed && ev.Pidfile.State != lock.PidfileMissing:
				t.Fatalf("%+v", ev)
			}
		}
	})
}
