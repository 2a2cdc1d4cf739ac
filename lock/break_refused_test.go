//go:build linux

package lock_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lockscope/lock"
)

func TestRefusedHeld(t *testing.T) {
	t.Run("by who took it since", func(t *testing.T) {
		dir, seen := stale(t)
		q := goPeer(t).hold(t, dir)
		if refused := refuses(t, dir, seen, lock.RefusedHeld); refused.PID != q.pid() {
			t.Errorf("it names %d, want %d", refused.PID, q.pid())
		}
	})
	t.Run("by the one seen", func(t *testing.T) {
		dir := t.TempDir()
		q := goPeer(t).hold(t, dir)
		if refused := refuses(t, dir, inspect(t, dir), lock.RefusedHeld); refused.PID != q.pid() {
			t.Errorf("it names %d, want %d", refused.PID, q.pid())
		}
	})
	t.Run("by who inherited it", func(t *testing.T) {
		dir := t.TempDir()
		q, _ := goPeer(t).inherit(t, dir)
		q.kill()
		if refused := refuses(t, dir, inspect(t, dir), lock.RefusedHeld); refused.PID != q.pid() {
			t.Errorf("it names %d, want %d", refused.PID, q.pid())
		}
	})
	t.Run("by nobody who is named", func(t *testing.T) {
		dir, seen := stale(t)
		f, err := os.Open(filepath.Join(dir, lockfile))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		for _, how := range []int{unix.LOCK_EX, unix.LOCK_SH} {
			if err := unix.Flock(int(f.Fd()), how); err != nil {
				t.Fatal(err)
			}
			refuses(t, dir, seen, lock.RefusedHeld)
		}
		unix.Flock(int(f.Fd()), unix.LOCK_UN)
		f.Close()
		wantBroken(t, dir, seen, pidfile)
	})
}

func TestRefusedChanged(t *testing.T) {
	path := func(dir string) string { return filepath.Join(dir, pidfile) }
	text := fmt.Sprintln(deadPID)
	for name, change := range map[string]func(t testing.TB, dir string) error{
		"other inode, same text and time": func(t testing.TB, dir string) error {
			was, err := os.Stat(path(dir))
			if err != nil {
				return err
			}
			old, err := os.Open(path(dir)) // so that its inode is not given out again
			if err != nil {
				return err
			}
			t.Cleanup(func() { old.Close() })
			write(t, dir, pidfile, text)
			writtenAt(t, path(dir), was.ModTime())
			return nil
		},
		"other text, same inode, size and time": func(t testing.TB, dir string) error {
			was, err := os.Stat(path(dir))
			if err != nil {
				return err
			}
			if err := os.WriteFile(path(dir), []byte("2147483646\n"), 0); err != nil {
				return err
			}
			writtenAt(t, path(dir), was.ModTime())
			return nil
		},
		"touched": func(t testing.TB, dir string) error {
			was, err := os.Stat(path(dir))
			if err == nil {
				writtenAt(t, path(dir), was.ModTime().Add(1))
			}
			return err
		},
		"truncated":   func(t testing.TB, dir string) error { return os.Truncate(path(dir), 0) },
		"lengthened":  func(t testing.TB, dir string) error { return os.Truncate(path(dir), 1<<30) },
		"gone":        func(t testing.TB, dir string) error { return os.Remove(path(dir)) },
		"our own now": func(t testing.TB, dir string) error { write(t, dir, pidfile, fmt.Sprintln(os.Getpid())); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			dir, seen := stale(t)
			if err := change(t, dir); err != nil {
				t.Fatal(err)
			}
			refuses(t, dir, seen, lock.RefusedChanged)
		})
		t.Run(name+", no lock file", func(t *testing.T) {
			dir := t.TempDir()
			stalePidfile(t, dir)
			seen := inspect(t, dir)
			if err := change(t, dir); err != nil {
				t.Fatal(err)
			}
			refuses(t, dir, seen, lock.RefusedChanged)
		})
	}
	t.Run("come since", func(t *testing.T) {
		dir := t.TempDir()
		write(t, dir, lockfile, "")
		write(t, dir, tempfile, "")
		seen := inspect(t, dir)
		stalePidfile(t, dir)
		refuses(t, dir, seen, lock.RefusedChanged)
	})
	for name, change := range map[string]func(t testing.TB, dir string){
		"temporary rewritten": func(t testing.TB, dir string) {
			if err := os.WriteFile(filepath.Join(dir, tempfile), []byte("12"), 0); err != nil {
				t.Fatal(err)
			}
		},
		"temporary gone": func(t testing.TB, dir string) {
			if err := os.Remove(filepath.Join(dir, tempfile)); err != nil {
				t.Fatal(err)
			}
		},
		"temporary replaced by a directory": func(t testing.TB, dir string) {
			if err := errors.Join(os.Remove(filepath.Join(dir, tempfile)), os.Mkdir(filepath.Join(dir, tempfile), 0o755)); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir, _ := stale(t)
			write(t, dir, tempfile, "1")
			seen := inspect(t, dir)
			change(t, dir)
			refuses(t, dir, seen, lock.RefusedChanged)
		})
	}
}

func TestRefusedReplaced(t *testing.T) {
	for name, replace := range map[string]func(dir string) error{
		"lock file replaced": func(dir string) error {
			return errors.Join(os.WriteFile(dir+".new", nil, 0o644), os.Rename(dir+".new", filepath.Join(dir, lockfile)))
		},
		"lock file gone":    func(dir string) error { return os.Remove(filepath.Join(dir, lockfile)) },
		"directory gone":    os.RemoveAll,
		"directory renamed": func(dir string) error { return os.Rename(dir, dir+".old") },
		"directory replaced by its copy": func(dir string) error {
			return errors.Join(os.Rename(dir, dir+".old"), os.CopyFS(dir, os.DirFS(dir+".old")))
		},
		"directory replaced by one with its very files": func(dir string) error {
			err := errors.Join(os.Rename(dir, dir+".old"), os.Mkdir(dir, 0o755))
			for _, name := range []string{lockfile, pidfile} {
				err = errors.Join(err, os.Link(filepath.Join(dir+".old", name), filepath.Join(dir, name)))
			}
			return err
		},
		"directory replaced by a link to another": func(dir string) error {
			return errors.Join(os.Rename(dir, dir+".old"), os.Mkdir(dir+".other", 0o755), os.Symlink(dir+".other", dir))
		},
		"directory replaced by a link to itself": func(dir string) error {
			return errors.Join(os.Rename(dir, dir+".old"), os.Symlink(dir, dir))
		},
		"directory replaced by a file": func(dir string) error {
			return errors.Join(os.Rename(dir, dir+".old"), os.WriteFile(dir, nil, 0o644))
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir, seen := stale(t)
			if err := replace(dir); err != nil {
				t.Fatal(err)
			}
			refuses(t, dir, seen, lock.RefusedReplaced)
		})
	}
	t.Run("lock file made since", func(t *testing.T) {
		dir := t.TempDir()
		stalePidfile(t, dir)
		seen := inspect(t, dir)
		write(t, dir, lockfile, "")
		refuses(t, dir, seen, lock.RefusedReplaced)
	})
	t.Run("nothing was seen", func(t *testing.T) {
		dir, _ := stale(t)
		refuses(t, dir, lock.Evidence{}, lock.RefusedReplaced)
	})
}

func TestRefusedAlive(t *testing.T) {
	t.Run("working there", func(t *testing.T) {
		dir := t.TempDir()
		q := newSleeper(t)
		q.cmd.Dir = dir
		q.start()
		seen := alive(t, dir, q.cmd.Process.Pid)
		if refused := refuses(t, dir, seen, lock.RefusedAlive); refused.PID != q.cmd.Process.Pid {
			t.Errorf("it names %d", refused.PID)
		}
	})
	t.Run("however old the pidfile", func(t *testing.T) {
		dir := t.TempDir()
		q := newSleeper(t)
		q.open(filepath.Join(dir, "data"))
		q.start()
		alive(t, dir, q.cmd.Process.Pid)
		writtenAt(t, filepath.Join(dir, pidfile), time.Unix(1, 0))
		seen := inspect(t, dir)
		if seen.Process != lock.ProcessAlive {
			t.Errorf("%v, want alive", seen.Process)
		}
		refuses(t, dir, seen, lock.RefusedAlive)
	})
	t.Run("no lock file", func(t *testing.T) {
		dir := t.TempDir()
		q := newSleeper(t)
		q.cmd.Dir = dir
		q.start()
		write(t, dir, pidfile, fmt.Sprintln(q.cmd.Process.Pid))
		refuses(t, dir, inspect(t, dir), lock.RefusedAlive)
	})
	t.Run("cannot be told", func(t *testing.T) {
		needRoot(t, "give up the right to look")
		dir := publicDir(t)
		q := newSleeper(t)
		q.start()
		seen := alive(t, dir, q.cmd.Process.Pid)
		asNobody(t)
		refuses(t, dir, seen, lock.RefusedAlive)
	})
}

// The first thread of the process has exited, so its own entries in /proc are empty. Yet it works
// in the directory.
func TestRefusedAliveHeadless(t *testing.T) {
	dir := t.TempDir()
	q := startHeadless(t, dir)
	write(t, dir, lockfile, "")
	write(t, dir, pidfile, fmt.Sprintln(q.pid()))
	writtenAt(t, filepath.Join(dir, pidfile), time.Unix(1, 0))
	seen := inspect(t, dir)
	if seen.Process != lock.ProcessAlive && seen.Process != lock.ProcessUnknown {
		t.Errorf("%v, want alive", seen.Process)
	}
	refuses(t, dir, seen, lock.RefusedAlive)
}

func TestRefusedPermission(t *testing.T) {
	for name, lockFile := range map[string]bool{"with a lock file": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			dir := publicDir(t)
			if lockFile {
				write(t, dir, lockfile, "")
			}
			stalePidfile(t, dir)
			seen := inspect(t, dir)
			chmod(t, dir, 0o555)
			asNobody(t)
			refused := refuses(t, dir, seen, lock.RefusedPermission)
			if !errors.Is(refused, os.ErrPermission) {
				t.Errorf("%v does not wrap the system's error", refused)
			}
		})
	}
	t.Run("lock file unreadable", func(t *testing.T) {
		dir := publicDir(t)
		chmod(t, dir, 0o777)
		write(t, dir, lockfile, "")
		stalePidfile(t, dir)
		seen := inspect(t, dir)
		chmod(t, filepath.Join(dir, lockfile), 0)
		asNobody(t)
		refuses(t, dir, seen, lock.RefusedPermission)
	})
}

func TestRefusedReadOnlyFS(t *testing.T) {
	needRoot(t, "mount")
	for name, lockFile := range map[string]bool{"with a lock file": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if lockFile {
				write(t, dir, lockfile, "")
			}
			stalePidfile(t, dir)
			seen := inspect(t, dir)
			if err := unix.Mount(dir, dir, "", unix.MS_BIND, ""); err != nil {
				t.Skipf("mount: %v", err)
			}
			t.Cleanup(func() {
				if err := unix.Unmount(dir, 0); err != nil {
					t.Error(err)
				}
			})
			if err := unix.Mount("", dir, "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY, ""); err != nil {
				t.Fatal(err)
			}
			if refused := refuses(t, dir, seen, lock.RefusedReadOnlyFS); !errors.Is(refused, unix.EROFS) {
				t.Errorf("%v does not wrap the system's error", refused)
			}
		})
	}
}

func TestRefusedNothing(t *testing.T) {
	dir := t.TempDir()
	refuses(t, dir, inspect(t, dir), lock.RefusedNothing)
	write(t, dir, lockfile, "")
	refuses(t, dir, inspect(t, dir), lock.RefusedNothing)
	stalePidfile(t, dir) // since then, and not seen
	refuses(t, dir, lock.Evidence{Dir: fileID(t, dir)}, lock.RefusedNothing)
}

// A refusal means that nothing was changed.
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

// A break reads the pidfile itself, and does not trust the state and PID in the evidence.
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
