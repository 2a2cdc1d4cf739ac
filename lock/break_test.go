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
	"time"

	"golang.org/x/sys/unix"

	"lockscope/lock"
)

func TestBreakStale(t *testing.T) {
	dir, seen := stale(t)
	write(t, dir, "data", "theirs")
	write(t, dir, "data.handoff.pidfile.tmp", "theirs")
	if seen.Lock.State != lock.LockFree || seen.Process != lock.ProcessGone || seen.Pidfile.PID != deadPID || seen.Temps != nil {
		t.Errorf("%+v", seen)
	}
	wantBroken(t, dir, seen, pidfile)
	removed, err := lock.BreakStale(dir, inspect(t, dir))
	wantRefused(t, removed, err, lock.RefusedNothing)
}

func TestBreakStaleNamesNobody(t *testing.T) {
	for _, text := range []string{"", "\n", "garbage\x1b[2J", "-1\n", "0\n", "99999999999\n"} {
		dir := t.TempDir()
		write(t, dir, lockfile, "")
		write(t, dir, pidfile, text)
		wantBroken(t, dir, inspect(t, dir), pidfile)
	}
}

func TestBreakStaleTemps(t *testing.T) {
	versioned := fmt.Sprintf("%s.%d.tmp", pidfile, deadPID)
	dir, _ := stale(t)
	write(t, dir, tempfile, "214")
	write(t, dir, versioned, "")
	others := []string{pidfile + ".x.tmp", pidfile + ".-1.tmp", pidfile + ".0.tmp", pidfile + ".tmp.tmp", pidfile + ".1.tmp.old", pidfile + ".4294967297.tmp", pidfile + "tmp"}
	for _, name := range others {
		write(t, dir, name, "theirs")
	}
	seen := inspect(t, dir)
	slices.SortFunc(seen.Temps, func(a, b lock.Temp) int { return len(a.Name) - len(b.Name) })
	wantBroken(t, dir, seen, pidfile, tempfile, versioned)

	dir = t.TempDir()
	write(t, dir, lockfile, "")
	write(t, dir, tempfile, "")
	wantBroken(t, dir, inspect(t, dir), tempfile)
}

// While a break removes many temporaries, it releases the lock now and then, for daemons to acquire
// it.
func TestBreakStaleManyTemps(t *testing.T) {
	dir, _ := stale(t)
	want := manyTemps(t, dir, 500)
	var locked int
	removed, err := lock.BreakStaleAt(dir, inspect(t, dir), func(step string) {
		if step == "locked" {
			locked++
		}
	})
	if err != nil || removed[0] != pidfile {
		t.Fatalf("%q, %v", removed, err)
	}
	slices.Sort(want)
	slices.Sort(removed[1:])
	if !slices.Equal(removed[1:], want) {
		t.Errorf("removed %d, want %d", len(removed)-1, len(want))
	}
	if locked < 10 {
		t.Errorf("all was removed while the lock was held %d times", locked)
	}
	wantFiles(t, dir, lockfile)
}

// If a daemon acquires in between, the break stops there.
func TestBreakStaleManyTempsAgainstAcquire(t *testing.T) {
	dir, _ := stale(t)
	manyTemps(t, dir, 500)
	seen := inspect(t, dir)
	batches := 0
	removed, err := lock.BreakStaleAt(dir, seen, func(step string) {
		if step == "released" {
			if batches++; batches == 3 {
				goPeer(t).hold(t, dir)
			}
		}
	})
	var refused *lock.RefusedError
	if !errors.As(err, &refused) || refused.Reason != lock.RefusedHeld {
		t.Errorf("%v, want refused: held", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	// The old pidfile is gone, and there is a new one.
	if left := len(entries) - 2; len(removed) < 2 || len(removed)-1+left != len(seen.Temps) {
		t.Errorf("removed %d, left %d, of %d", len(removed)-1, left, len(seen.Temps))
	}
	if state := probe(t, dir); state != lock.LockHeld {
		t.Errorf("the lock is %v", state)
	}
}

// If the pidfile names a live process that does not use the directory, either that process got the
// PID later, or the pidfile never meant it.
func TestBreakStaleLiveStranger(t *testing.T) {
	for name, test := range map[string]struct {
		written time.Time
		want    lock.ProcessState
	}{
		"reused":    {time.Now().Add(-time.Hour), lock.ProcessReused},
		"unrelated": {time.Now().Add(time.Hour), lock.ProcessUnrelated},
	} {
		t.Run(name, func(t *testing.T) {
			q := newSleeper(t)
			q.start()
			dir := t.TempDir()
			write(t, dir, lockfile, "")
			write(t, dir, pidfile, fmt.Sprintln(q.cmd.Process.Pid))
			writtenAt(t, filepath.Join(dir, pidfile), test.written)
			seen := inspect(t, dir)
			if seen.Process != test.want {
				t.Errorf("%v, want %v", seen.Process, test.want)
			}
			wantBroken(t, dir, seen, pidfile)
		})
	}
}

func TestBreakStaleZombie(t *testing.T) {
	dir := t.TempDir()
	q := goPeer(t).hold(t, dir)
	q.tell("die")
	q.zombify()
	seen := inspect(t, dir)
	if seen.Process != lock.ProcessZombie || seen.Lock.State != lock.LockFree {
		t.Errorf("%v, %v", seen.Process, seen.Lock.State)
	}
	wantBroken(t, dir, seen, pidfile)
}

// The directory must be the one that was seen, whichever path leads there.
func TestBreakStaleThroughALink(t *testing.T) {
	dir, seen := stale(t)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	removed, err := lock.BreakStale(link, seen)
	if err != nil || !slices.Equal(removed, []string{pidfile}) {
		t.Errorf("%q, %v", removed, err)
	}
}

// A path may be longer than a system call takes (PATH_MAX), and lead through links.
func TestBreakStaleDeep(t *testing.T) {
	dir, _ := stale(t)
	top := t.TempDir()
	name, path := strings.Repeat("d", 200), top
	fd, err := unix.Open(top, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	for range 50 {
		if err == nil {
			err = unix.Mkdirat(fd, name, 0o755)
		}
		if err != nil {
			t.Fatal(err)
		}
		next, nextErr := unix.Openat(fd, name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		unix.Close(fd)
		path, fd, err = path+"//"+name, next, nextErr
	}
	if err == nil {
		err = unix.Symlinkat(filepath.Dir(dir), fd, "link")
		unix.Close(fd)
	}
	if err != nil {
		t.Fatal(err)
	}
	path += "/link/" + filepath.Base(dir)
	seen, err := lock.Inspect(path)
	if err != nil {
		t.Fatal(err)
	}
	removed, err := lock.BreakStale(path, seen)
	if err != nil || !slices.Equal(removed, []string{pidfile}) {
		t.Errorf("%q, %v", removed, err)
	}
	wantNoneOpen(t, top)
	for _, none := range []string{path + "/none", path + strings.Repeat("x", unix.PathMax), strings.Repeat("/x", unix.PathMax)} {
		if d, err := lock.OpenDir(none); err == nil {
			t.Errorf("opened %q", d.Path())
		}
	}
	wantNoneOpen(t, top)
}

// The lock is broken over and over while a daemon acquires and releases. What was stale is removed
// at most once, nothing of the daemon's is removed, and the lock file stays.
func TestBreakStaleAgainstDaemons(t *testing.T) {
	dir, seen := stale(t)
	broken := 0
	done := goPeer(t).start(t, "loop", dir, fmt.Sprint(loopSeconds())).answer()
	for counts := ""; counts == ""; {
		select {
		case counts = <-done:
			wantCounts(t, counts, "breaks against it")
		default:
			// This evidence is of the daemon, at some step of its acquire or release.
			now := inspect(t, dir)
			now.Process = lock.ProcessGone
			for _, seen := range []lock.Evidence{seen, now} {
				if removed, err := lock.BreakStale(dir, seen); err == nil {
					broken++
					if seen.Pidfile.PID != deadPID || !slices.Equal(removed, []string{pidfile}) {
						t.Errorf("%q removed, seen %+v", removed, seen)
					}
				}
			}
		}
	}
	if broken > 1 {
		t.Errorf("what was seen once was broken %d times", broken)
	}
	if now := fileID(t, filepath.Join(dir, lockfile)); now != seen.Lock.ID {
		t.Errorf("the lock file is %+v, it was %+v", now, seen.Lock.ID)
	}
	wantFiles(t, dir, lockfile)
}
