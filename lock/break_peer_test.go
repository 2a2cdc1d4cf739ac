//go:build linux

package lock_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"lockscope/lock"
)

// A daemon may want the lock at any step of a break. Before the break holds the lock, the daemon
// gets it, and the break is refused. While the break holds the lock under its lease, the daemon
// waits, and gets it then. If somebody else has the lock file open for writing there is no lease:
// then the daemon is refused, and gets the lock at its next try.
func TestBreakRacesDaemon(t *testing.T) {
	for _, p := range peers {
		for _, command := range []string{"acquire", "break"} {
			for _, with := range []string{"lock file", "lock file open elsewhere", "no lock file"} {
				for _, step := range lock.BreakSteps[with != "no lock file"] {
					t.Run(fmt.Sprintf("%s %s/%s/%s", p.name, command, step, with), func(t *testing.T) {
						daemonAt(t, p.peer(t), command, step, with)
					})
				}
			}
		}
	}
}

func daemonAt(t *testing.T, p peer, command, step, with string) {
	withLock := with != "no lock file"
	dir := t.TempDir()
	if withLock {
		write(t, dir, lockfile, "")
	}
	if with == "lock file open elsewhere" {
		f, err := os.OpenFile(filepath.Join(dir, lockfile), os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
	}
	stalePidfile(t, dir)
	seen := inspect(t, dir)
	var daemon *process
	locked := withLock && slices.Contains([]string{"locked", "confirmed", "removed"}, step)
	removed, err := lock.BreakStaleAt(dir, seen, func(now string) {
		switch {
		case now != step:
		case locked && with == "lock file":
			daemon = p.start(t, command, dir)
			eventually(t, "the daemon waits for the lease", func() bool { return leaseIsAskedFor(t, seen.Lock.ID.Ino) })
		case locked:
			named := deadPID
			if step == "removed" {
				named = 0
			}
			q := p.start(t, command, dir)
			want := map[string]string{"acquire": "LockHeld", "break": "StaleLockBreakRefused"}[command]
			q.expect("ERR", want, named)
			q.status()
		default:
			daemon = p.wantAcquired(t, command, dir)
		}
	})
	switch {
	case locked && daemon != nil:
		daemon.expect("HELD", daemon.pid())
	case locked:
		daemon = p.wantAcquired(t, command, dir)
	}
	switch {
	case locked || step == "released":
		if err != nil || !slices.Equal(removed, []string{pidfile}) {
			t.Errorf("%q, %v", removed, err)
		}
	case withLock:
		if refused := wantRefused(t, removed, err, lock.RefusedHeld); refused.PID != daemon.pid() {
			t.Errorf("it names %d, want %d", refused.PID, daemon.pid())
		}
	default:
		wantRefused(t, removed, err, lock.RefusedChanged)
	}
	wantText(t, filepath.Join(dir, pidfile), fmt.Sprintln(daemon.pid()))
	wantFiles(t, dir, lockfile, pidfile)
	p.wantRefusal(t, dir, daemon.pid())
	daemon.release()
	wantFiles(t, dir, lockfile)
	if withLock && !fileID(t, filepath.Join(dir, lockfile)).SameFile(seen.Lock.ID) {
		t.Error("the lock file is another")
	}
}

// leaseIsAskedFor reports whether somebody has a lease on the file, and another process waits in
// its open.
func leaseIsAskedFor(t testing.TB, inode uint64) bool {
	t.Helper()
	locks, err := os.ReadFile("/proc/locks")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(locks)) {
		if f := strings.Fields(line); len(f) > 5 && f[1] == "LEASE" && f[2] == "BREAKING" && strings.HasSuffix(f[5], fmt.Sprint(":", inode)) {
			return true
		}
	}
	return false
}

// The process that breaks may be killed at any step. The lock is free then, and the next break or
// acquire succeeds.
func TestBreakerKilled(t *testing.T) {
	for _, withLock := range []bool{true, false} {
		for _, step := range lock.BreakSteps[withLock] {
			for _, next := range []string{"break", "acquire"} {
				t.Run(fmt.Sprintf("%s/lock file %t/%s", step, withLock, next), func(t *testing.T) {
					s := newBreakSite(t, withLock)
					q := goPeer(t).start(t, "breakuntil", s.dir, step)
					q.expect("AT", step)
					q.kill()
					if s.held() {
						t.Fatal("the lock is still held")
					}
					var rest []string
					if withLock {
						rest = append(rest, lockfile)
					}
					s.wantUntouched(step)
					seen := inspect(t, s.dir)
					left := lock.DefaultNames.Leftovers(seen)
					switch removed, err := []string(nil), error(nil); {
					case next == "acquire":
						release(t, acquire(t, s.dir))
						rest = []string{lockfile}
					case len(left) > 0:
						if removed, err = lock.BreakStale(s.dir, seen); err != nil || !slices.Equal(removed, left) {
							t.Errorf("%q, %v, want %q", removed, err, left)
						}
					default:
						refuses(t, s.dir, seen, lock.RefusedNothing)
					}
					// With a lock file, what the first break left is a leftover like any other.
					seen = inspect(t, s.dir)
					if seen.Lock.State != lock.LockMissing && seen.Temps != nil {
						if _, err := lock.BreakStale(s.dir, seen); err != nil {
							t.Error(err)
						}
					} else {
						for _, temp := range seen.Temps {
							rest = append(rest, temp.Name)
						}
					}
					wantFiles(t, s.dir, append(rest, "data")...)
				})
			}
		}
	}
}

// wantUntouched checks that a break that came as far as this step has changed nothing but the
// leftovers.
func (s *breakSite) wantUntouched(step string) {
	s.t.Helper()
	want := lock.DefaultNames.Leftovers(s.seen)
	if slices.Contains([]string{"removed", "aside", "released"}, step) {
		want = nil
	}
	if now := lock.DefaultNames.Leftovers(inspect(s.t, s.dir)); !slices.Equal(now, want) {
		s.t.Errorf("left over: %q, want %q", now, want)
	}
	for _, dir := range []string{s.dir, s.outside} {
		wantText(s.t, filepath.Join(dir, "data"), precious)
	}
	if s.lockFile != nil && fileID(s.t, filepath.Join(s.dir, lockfile)) != s.seen.Lock.ID {
		s.t.Error("the lock file is another")
	}
}

// Daemons acquire and release beside thousands of breaks. There are never two holders at a time,
// and every daemon gets the lock sooner or later.
func TestBreakBesideDaemons(t *testing.T) {
	for _, p := range peers {
		t.Run(p.name, func(t *testing.T) {
			theirs := p.peer(t)
			dir := t.TempDir()
			id := write(t, dir, lockfile, "")
			stop, stopped := make(chan bool), make(chan bool)
			tried, broken := 0, 0
			go func() {
				defer close(stopped)
				var seen lock.Evidence
				for {
					select {
					case <-stop:
						if broken > 0 { // else go on: now nobody else takes the lock
							return
						}
					default:
					}
					if left, ok := leaveBehind(t, dir); ok {
						seen = left
					} // else break what was there before
					tried++
					if removed, err := lock.BreakStale(dir, seen); err == nil {
						broken++
					} else if removed != nil || !errors.Is(err, lock.ErrRefused) {
						t.Errorf("%q, %v", removed, err)
					}
				}
			}()
			loop := theirs.start(t, "loop", dir, fmt.Sprint(loopSeconds()))
			ours := goPeer(t).start(t, "loopbreak", dir, fmt.Sprint(loopSeconds()))
			report := loop.answer()
			held, refused, counts := 0, 0, ""
			for counts == "" {
				q := theirs.start(t, "break", dir)
				if line := q.line(); line == fmt.Sprint("HELD ", q.pid()) {
					held++
					q.release()
				} else if refused++; q.status() != 4 {
					t.Errorf("break: %q", line)
				}
				select {
				case counts = <-report:
				default:
				}
			}
			looped, alsoLooped := wantCounts(t, counts, "loop"), wantCounts(t, ours.line(), "loopbreak")
			close(stop)
			<-stopped
			if looped == 0 || alsoLooped == 0 {
				t.Error("somebody was locked out")
			}
			t.Logf("acquired %d, %d; by break %d, refused %d; broken %d of %d", looped, alsoLooped, held, refused, broken, tried)
			theirs.wantAcquired(t, "break", dir).release()
			wantFiles(t, dir, lockfile)
			if now := fileID(t, filepath.Join(dir, lockfile)); now != id {
				t.Errorf("the lock file is %+v, it was %+v", now, id)
			}
		})
	}
}

// leaveBehind leaves a pidfile behind, unless somebody holds the lock, and returns the evidence of
// it. The pidfile names nobody, because to prove that a process is gone takes longer than the
// break.
func leaveBehind(t testing.TB, dir string) (seen lock.Evidence, ok bool) {
	f, err := os.Open(filepath.Join(dir, lockfile))
	if err != nil {
		t.Error(err)
		return seen, false
	}
	defer f.Close() // which frees the lock, too
	if unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) != nil {
		return seen, false
	}
	fresh := filepath.Join(dir, "fresh")
	if err := os.WriteFile(fresh, nil, 0o644); err != nil {
		t.Error(err)
	}
	seen.Dir, seen.Lock = fileID(t, dir), lock.LockFile{State: lock.LockFree, ID: fileID(t, f.Name())}
	seen.Pidfile = lock.Pidfile{State: lock.PidfileEmpty, ID: fileID(t, fresh)}
	if err := os.Rename(fresh, filepath.Join(dir, pidfile)); err != nil {
		t.Error(err)
	}
	return seen, true
}
