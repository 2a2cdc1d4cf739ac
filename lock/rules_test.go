//go:build linux

package lock_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"lockscope/lock"
)

// A holder that drops the Lock, because it means to hold it until it dies,
// holds it until it dies.
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

// Whatever the names, the lock file is never removed or replaced.
func TestNamesThatCollide(t *testing.T) {
	for _, names := range []lock.Names{
		{Lock: lockfile, Pidfile: lockfile},
		{Lock: tempfile},
		{Lock: pidfile + ".12.tmp"},
		{Lock: "sub/lock"},
		{Pidfile: "../pidfile"},
		{Lock: "."},
	} {
		t.Run(names.Lock+" "+names.Pidfile, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "data")
			mkdir(t, filepath.Join(dir, "sub"))
			path := filepath.Join(dir, names.OrDefault().Lock)
			if names.Lock != "." && names.Lock != "sub/lock" {
				write(t, dir, names.OrDefault().Lock, "")
				stalePidfile(t, dir)
				is := fileID(t, path)
				if seen, err := names.Inspect(dir); err == nil {
					names.BreakStale(dir, seen)
				}
				if now, err := os.Stat(path); err != nil {
					t.Errorf("the break removed the lock file: %v", err)
				} else if fileID(t, path) != is {
					t.Errorf("the break changed the lock file: %v", now)
				}
			}
			if l, err := names.Acquire(dir); err == nil {
				if err := l.Check(); err != nil {
					t.Errorf("acquired, and it protects nothing: %v", err)
				}
				t.Errorf("acquired by the names %+v", names)
				l.Release()
			}
		})
	}
}

// A daemon that gave up its privileges can remove its pidfile from its own
// directory, though not read it; or else it learns that it stayed.
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

// A pidfile that cannot be opened has an identity: without it, the look at it
// is never consistent, and the lock is probed ten times over.
func TestPidfileUnreadableHasAnIdentity(t *testing.T) {
	needRoot(t, "give up rights")
	dir := publicDir(t)
	write(t, dir, lockfile, "")
	is := write(t, dir, pidfile, "42\n")
	chmod(t, filepath.Join(dir, pidfile), 0)
	asNobody(t)
	if got := openDir(t, dir).Pidfile(); got.ID != is {
		t.Errorf("%+v, want %+v", got.ID, is)
	}
}

// A directory may be called what the kernel appends to the names of deleted files.
func TestUseOfADirectoryCalledDeleted(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data (deleted)")
	mkdir(t, dir)
	q := newSleeper(t)
	q.cmd.Dir = dir
	q.start()
	if got := judge(t, dir, q).Process; got != lock.ProcessAlive {
		t.Errorf("%v, want alive", got)
	}
}

// In a chroot within another mount namespace, mountinfo and the links have
// different roots.
func TestRefusedAliveInAChrootElsewhere(t *testing.T) {
	needRoot(t, "make a mount namespace")
	dir, root := t.TempDir(), t.TempDir()
	q := foreign(t, "unshare", "--mount", "sh", "-c",
		`mount --rbind / "$1" && mount --bind "$0" "$1/mnt" && exec chroot "$1" sh -c 'cd /mnt && echo ready && exec sleep 1000'`, dir, root)
	write(t, dir, lockfile, "")
	write(t, dir, pidfile, fmt.Sprintln(q.pid()))
	refuses(t, dir, inspect(t, dir), lock.RefusedAlive)
}

// Where there is no lock file, temporaries are left alone, ours by name too.
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

// A refusal says that nothing was changed.
func TestBreakStaleHalfDone(t *testing.T) {
	needRoot(t, "make a file immutable")
	dir, _ := stale(t)
	write(t, dir, tempfile, "")
	path := filepath.Join(dir, tempfile)
	if out, err := exec.Command("chattr", "+i", path).CombinedOutput(); err != nil {
		t.Skipf("chattr: %v: %s", err, out)
	}
	t.Cleanup(func() { exec.Command("chattr", "-i", path).Run() })
	removed, err := lock.BreakStale(dir, inspect(t, dir))
	if err == nil {
		t.Fatalf("%q removed", removed)
	}
	if errors.Is(err, lock.ErrRefused) && len(removed) > 0 {
		t.Errorf("%q removed, and refused: %v", removed, err)
	}
}

func TestRefusedNotRegularIsErrNotRegular(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, lockfile, "")
	if err := os.Symlink("/", filepath.Join(dir, pidfile)); err != nil {
		t.Fatal(err)
	}
	if _, err := lock.BreakStale(dir, inspect(t, dir)); !errors.Is(err, lock.ErrNotRegular) {
		t.Errorf("%v", err)
	}
}

// What the pidfile says counts, not what its reader made of it.
func TestBreakStaleContradictoryEvidence(t *testing.T) {
	dir := t.TempDir()
	q := newSleeper(t)
	q.cmd.Dir = dir
	q.start()
	seen := alive(t, dir, q.cmd.Process.Pid)
	for _, claim := range []lock.Pidfile{
		{State: lock.PidfileMalformed},
		{State: lock.PidfileNamed, PID: deadPID},
	} {
		claim.ID, claim.Text = seen.Pidfile.ID, seen.Pidfile.Text
		lie := seen
		lie.Pidfile = claim
		if removed, err := lock.BreakStale(dir, lie); err == nil {
			t.Errorf("%q removed, claimed %+v", removed, claim)
		}
		write(t, dir, pidfile, seen.Pidfile.Text)
		seen = inspect(t, dir)
	}
}

// A tenant swaps the lock file for something else, faster than one can look. A link
// is not followed, a FIFO not waited for, and neither taken for the lock file.
func TestSwappedFile(t *testing.T) {
	for _, kind := range []string{"symlink", "FIFO"} {
		t.Run(kind, func(t *testing.T) {
			dir := t.TempDir()
			path, other := filepath.Join(dir, lockfile), filepath.Join(dir, "other")
			write(t, dir, lockfile, "")
			target := planted[kind](t, other)
			d := openDir(t, dir)
			ours := d.LockFile().ID
			check := func() {}
			if kind == "symlink" {
				check = watchOpens(t, target)
			}
			stop := swapping(path, other)
			seen := map[lock.LockState]int{}
			for end := time.Now().Add(time.Second); time.Now().Before(end); {
				l := d.ProbeLock()
				seen[l.State]++
				if l.State != lock.LockFree && !errors.Is(l.Err, lock.ErrNotRegular) || l.State == lock.LockFree && !l.ID.SameFile(ours) {
					t.Fatalf("%+v", l)
				}
			}
			stop()
			if seen[lock.LockFree] == 0 || seen[lock.LockUnknown] == 0 {
				t.Errorf("it was not swapped while we looked: %v", seen)
			}
			check()
		})
	}
}

// OpenBelow does not lead out, as it says.
func TestOpenBelowStaysBelow(t *testing.T) {
	parent := t.TempDir()
	mkdir(t, filepath.Join(parent, "a", "b"))
	at := openDir(t, parent)
	for _, rel := range []string{"..", "../" + filepath.Base(parent), "a/../.."} {
		d, err := lock.DefaultNames.OpenBelow(at.FD(), rel, "shown as")
		if err == nil {
			t.Errorf("%q was opened", rel)
			d.Close()
		} else {
			wantPathError(t, err, "open", "shown as")
		}
	}
	at.Close()
	wantNoneOpen(t, parent)
}
