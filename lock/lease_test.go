//go:build linux

package lock_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"lockscope/lock"
)

// Daemons acquire and release beside an inspector that takes leases as fast as it can. None is refused, nor
// fails otherwise.
func TestLeasesRefuseNoDaemon(t *testing.T) {
	for _, p := range peers {
		t.Run(p.name, func(t *testing.T) {
			daemon := p.peer(t)
			dir := memoryDir(t)
			write(t, dir, lockfile, "")
			inspector := goPeer(t).start(t, "leases", dir)
			report := daemon.start(t, "loop", dir, fmt.Sprint(loopSeconds())).line()
			acquired := wantCounts(t, report, "loop")
			inspector.tell("end")
			var granted, refused int
			if asked := inspector.line(); !scan(asked, "GRANTED %d REFUSED %d", &granted, &refused) {
				t.Fatalf("inspector: %q", asked)
			}
			t.Logf("acquired %d, leases granted %d, refused %d", acquired, granted, refused)
			if granted == 0 || refused == 0 || acquired == 0 {
				t.Error("they did not meet")
			}
			if held := refusals(t, report); held > 0 {
				t.Errorf("the daemon was refused %d times, and nobody else takes the lock", held)
			}
		})
	}
}

// refusals is how often a loop found the lock held, by its report.
func refusals(t *testing.T, report string) (refused int) {
	t.Helper()
	var counts map[string]int
	if err := json.Unmarshal([]byte(report), &counts); err != nil {
		t.Fatal(err)
	}
	for what, n := range counts {
		if strings.HasPrefix(what, "held") {
			refused += n
		}
	}
	return refused
}

// A daemon acquires and releases beside thousands of breaks. None of them refuses it: it waits for
// their leases. What is broken is a temporary, which may lie there whoever has the lock.
func TestBreakRefusesNoDaemon(t *testing.T) {
	for _, p := range peers {
		t.Run(p.name, func(t *testing.T) {
			daemon := p.peer(t)
			dir := memoryDir(t)
			write(t, dir, lockfile, "")
			seen := inspect(t, dir)
			name := fmt.Sprintf("%s.%d.tmp", pidfile, deadPID)
			done := daemon.start(t, "loop", dir, fmt.Sprint(loopSeconds())).answer()
			tried, broken, report := 0, 0, ""
			for report == "" {
				seen.Temps = []lock.Temp{{Name: name, ID: write(t, dir, name, "")}}
				for range 100 {
					tried++
					removed, err := lock.BreakStale(dir, seen)
					if err == nil {
						broken++
						break
					} else if removed != nil || !errors.Is(err, lock.ErrRefused) {
						t.Errorf("%q, %v", removed, err)
					}
				}
				select {
				case report = <-done:
				default:
				}
			}
			acquired := wantCounts(t, report, "loop")
			refused := refusals(t, report)
			t.Logf("acquired %d, broken %d of %d, refused %d", acquired, broken, tried, refused)
			if refused > 0 {
				t.Errorf("the daemon was refused %d times, and nobody but the breaks had the lock", refused)
			}
			if acquired == 0 || broken == 0 {
				t.Errorf("they did not meet: acquired %d, broken %d", acquired, broken)
			}
			if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
				if _, err := lock.BreakStale(dir, seen); err != nil {
					t.Error(err)
				}
			}
			wantFiles(t, dir, lockfile)
		})
	}
}

// A lock of another kind does not exclude a flock. It is respected all the same.
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

// While somebody has a lease on the lock file, nobody can open it. A lease is not a lock, but
// nothing is broken.
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
