//go:build linux

package lock_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"lockscope/lock"
)

// planted are the things other than regular files that a tenant can put where a
// file of the protocol is expected. Each is put at path and returns the file
// that must not be opened.
var planted = map[string]func(t testing.TB, path string) (untouchable string){
	"symlink": func(t testing.TB, path string) string {
		target := filepath.Join(t.TempDir(), "target")
		if err := os.WriteFile(target, []byte(precious), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(target, path); err != nil {
			t.Fatal(err)
		}
		return target
	},
	"dangling symlink": func(t testing.TB, path string) string {
		target := filepath.Join(t.TempDir(), "target")
		if err := os.Symlink(target, path); err != nil {
			t.Fatal(err)
		}
		return filepath.Dir(target)
	},
	"symlink to a lock file": func(t testing.TB, path string) string {
		dir := t.TempDir()
		acquire(t, dir)
		if err := os.Symlink(filepath.Join(dir, lockfile), path); err != nil {
			t.Fatal(err)
		}
		return filepath.Join(dir, lockfile)
	},
	"FIFO":   mknod(unix.S_IFIFO, 0),
	"socket": mknod(unix.S_IFSOCK, 0),
	"device": func(t testing.TB, path string) string {
		needRoot(t, "make a device node")
		return mknod(unix.S_IFCHR, unix.Mkdev(1, 3))(t, path)
	},
	"directory": func(t testing.TB, path string) string {
		if err := os.Mkdir(path, 0o755); err != nil {
			t.Fatal(err)
		}
		return path
	},
}

const precious = "somebody else's"

func mknod(kind uint32, device uint64) func(testing.TB, string) string {
	return func(t testing.TB, path string) string {
		if err := unix.Mknod(path, kind|0o666, int(device)); err != nil {
			t.Skip(err)
		}
		return path
	}
}

// watchOpens watches a file, and lets the test fail if anybody opened or changed it, or
// made something in it, until check.
func watchOpens(t testing.TB, path string) (check func()) {
	t.Helper()
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	const wrong = unix.IN_OPEN | unix.IN_MODIFY | unix.IN_CREATE
	if _, err := unix.InotifyAddWatch(fd, path, wrong); err != nil {
		t.Fatal(err)
	}
	return func() {
		t.Helper()
		var event [unix.SizeofInotifyEvent + unix.NAME_MAX + 1]byte
		for {
			n, err := unix.Read(fd, event[:])
			if err == unix.EAGAIN {
				return
			} else if err != nil {
				t.Fatal(err)
			}
			for e := event[:n]; len(e) > 0; {
				mask := binary.NativeEndian.Uint32(e[4:])
				if mask&wrong != 0 {
					t.Errorf("%s was opened or written: event %#x", path, mask)
				}
				e = e[unix.SizeofInotifyEvent+binary.NativeEndian.Uint32(e[12:]):]
			}
		}
	}
}

func TestWatchOpensSeesAnOpen(t *testing.T) {
	for _, kind := range []string{"symlink", "FIFO", "device", "directory"} {
		t.Run(kind, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "planted")
			file := planted[kind](t, path)
			see := &quiet{TB: t}
			check := watchOpens(see, file)
			fd, err := unix.Open(path, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
			if err != nil {
				t.Fatal(err)
			}
			unix.Close(fd)
			if check(); !see.failed {
				t.Error("it would not be seen")
			}
		})
	}
}

// quiet is a test that may fail.
type quiet struct {
	testing.TB
	failed bool
}

func (q *quiet) Errorf(string, ...any) { q.failed = true }

func TestHostileLockFile(t *testing.T) {
	for kind, plant := range planted {
		t.Run(kind, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, lockfile)
			check := watchOpens(t, plant(t, path))
			is := fileID(t, path)
			seen := lock.Evidence{
				Dir:     fileID(t, dir),
				Lock:    lock.LockFile{State: lock.LockFree, ID: is},
				Pidfile: stalePidfile(t, dir),
			}
			seen.Dir = fileID(t, dir)

			for what, take := range map[string]func(string) (*lock.Lock, error){
				"Acquire": lock.Acquire, "AcquireOrBreakStale": lock.AcquireOrBreakStale,
			} {
				if l, err := take(dir); l != nil || !errors.Is(err, lock.ErrNotRegular) {
					t.Errorf("%s: %v, %v", what, l, err)
				} else {
					wantPathError(t, err, "open", path)
				}
			}
			d := openDir(t, dir)
			for what, got := range map[string]lock.LockFile{"ProbeLock": d.ProbeLock(), "LockFile": d.LockFile()} {
				if got.State != lock.LockUnknown || got.ID != is || !errors.Is(got.Err, lock.ErrNotRegular) {
					t.Errorf("%s: %+v", what, got)
				}
			}
			if ev, err := lock.Inspect(dir); err != nil || ev.Lock.State != lock.LockUnknown || ev.Lock.ID != is {
				t.Errorf("Inspect: %+v, %v", ev, err)
			}
			removed, err := lock.BreakStale(dir, seen)
			wantRefused(t, removed, err, lock.RefusedNotRegular)

			check()
			d.Close()
			wantNoneOpen(t, dir)
			wantFiles(t, dir, lockfile, pidfile)
			if now := fileID(t, path); now != is {
				t.Errorf("it is %+v now, it was %+v", now, is)
			}
		})
	}
}

func TestHostilePidfile(t *testing.T) {
	for kind, plant := range planted {
		t.Run(kind, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, lockfile, "")
			path := filepath.Join(dir, pidfile)
			check := watchOpens(t, plant(t, path))
			is := fileID(t, path)

			d := openDir(t, dir)
			want := lock.Pidfile{State: lock.PidfileNotRegular, ID: is}
			if got := d.Pidfile(); got != want {
				t.Errorf("Pidfile: %+v", got)
			}
			seen, err := lock.Inspect(dir)
			if err != nil || seen.Pidfile != want || seen.Lock.State != lock.LockFree || seen.Process != lock.ProcessUnknown {
				t.Errorf("Inspect: %+v, %v", seen, err)
			}
			removed, err := lock.BreakStale(dir, seen)
			wantRefused(t, removed, err, lock.RefusedNotRegular)
			check()

			// A holder replaces it, or cannot: either way it goes nowhere through it.
			l, err := lock.Acquire(dir)
			check()
			if kind == "directory" {
				if l != nil || err == nil {
					t.Fatalf("%v, %v", l, err)
				}
				wantFiles(t, dir, lockfile, pidfile)
				return
			} else if err != nil {
				t.Fatal(err)
			}
			wantText(t, path, fmt.Sprintln(os.Getpid()))

			// Planted again, beside a held lock.
			os.Remove(path)
			if err := os.Symlink("/proc/self/stat", path); err != nil {
				t.Fatal(err)
			}
			other, err := lock.Acquire(dir)
			wantHeld(t, other, err, dir, 0)
			release(t, l)
			wantFiles(t, dir, lockfile, pidfile)
		})
	}
}

func TestHostileTemporary(t *testing.T) {
	for kind, plant := range planted {
		t.Run(kind, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, tempfile)
			check := watchOpens(t, plant(t, path))
			if temps, err := openDir(t, dir).Temps(); temps != nil || err != nil {
				t.Errorf("Temps: %+v, %v", temps, err)
			}
			l, err := lock.Acquire(dir)
			if kind == "directory" {
				if l != nil || err == nil {
					t.Fatalf("%v, %v", l, err)
				}
				wantFiles(t, dir, lockfile, tempfile)
				check()
				return
			} else if err != nil {
				t.Fatal(err)
			}
			check()
			wantText(t, filepath.Join(dir, pidfile), fmt.Sprintln(os.Getpid()))
			wantFiles(t, dir, lockfile, pidfile)
			release(t, l)
		})
	}
	t.Run("hard link", func(t *testing.T) {
		dir := t.TempDir()
		target := filepath.Join(t.TempDir(), "target")
		if err := os.WriteFile(target, []byte(precious), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Link(target, filepath.Join(dir, tempfile)); err != nil {
			t.Fatal(err)
		}
		check := watchOpens(t, target)
		release(t, acquire(t, dir))
		check()
		wantText(t, target, precious)
	})
}

// Who opens a file that another has a lease on waits for up to a minute
// (fcntl(2)). We do not wait, and do not take the refusal for a held lock.
func TestHostileLease(t *testing.T) {
	lease := func(dir, name string) {
		write(t, dir, name, fmt.Sprintln(deadPID))
		f, err := os.OpenFile(filepath.Join(dir, name), os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		if _, err := unix.FcntlInt(f.Fd(), unix.F_SETLEASE, unix.F_WRLCK); err != nil {
			t.Skipf("no leases here: %v", err)
		}
	}
	t.Run("lock file", func(t *testing.T) {
		dir := t.TempDir()
		stalePidfile(t, dir)
		lease(dir, lockfile)
		if got := openDir(t, dir).ProbeLock(); got.State != lock.LockUnknown || !errors.Is(got.Err, unix.EAGAIN) {
			t.Errorf("%+v", got)
		}
		if l, err := lock.Acquire(dir); l != nil || !errors.Is(err, unix.EAGAIN) || errors.Is(err, lock.ErrHeld) {
			t.Errorf("%v, %v", l, err)
		}
		seen := lock.Evidence{Dir: fileID(t, dir), Pidfile: openDir(t, dir).Pidfile(),
			Lock: lock.LockFile{State: lock.LockFree, ID: fileID(t, filepath.Join(dir, lockfile))}}
		refuses(t, dir, seen, lock.RefusedLeased)
	})
	t.Run("pidfile", func(t *testing.T) {
		dir := t.TempDir()
		write(t, dir, lockfile, "")
		lease(dir, pidfile)
		if got := openDir(t, dir).Pidfile(); got.State != lock.PidfileUnreadable || !errors.Is(got.Err, unix.EAGAIN) {
			t.Errorf("%+v", got)
		}
		acquire(t, dir) // by a new file
	})
}

func TestOpenDirAt(t *testing.T) {
	parent := t.TempDir()
	mkdir(t, filepath.Join(parent, "a"))
	if err := os.Symlink("a", filepath.Join(parent, "link")); err != nil {
		t.Fatal(err)
	}
	mknod(unix.S_IFIFO, 0)(t, filepath.Join(parent, "fifo"))
	at := openDir(t, parent)
	d, err := lock.DefaultNames.OpenDirAt(at.FD(), "a", "shown as")
	if err != nil {
		t.Fatal(err)
	}
	if id, err := d.ID(); err != nil || id != fileID(t, filepath.Join(parent, "a")) || d.Path() != "shown as" {
		t.Errorf("%+v, %v, %q", id, err, d.Path())
	}
	d.Close()
	for _, name := range []string{"link", "fifo", "missing"} {
		_, err := lock.DefaultNames.OpenDirAt(at.FD(), name, "shown as")
		wantPathError(t, err, "open", "shown as")
	}
}

func TestOpenBelow(t *testing.T) {
	parent := t.TempDir()
	mkdir(t, filepath.Join(parent, "a", "b"))
	if err := os.Symlink("b", filepath.Join(parent, "a", "link")); err != nil {
		t.Fatal(err)
	}
	at := openDir(t, parent)
	for rel, want := range map[string]string{"": ".", ".": ".", "a": "a", "a/b": "a/b"} {
		d, err := lock.DefaultNames.OpenBelow(at.FD(), rel, "shown as")
		if err != nil {
			t.Errorf("%q: %v", rel, err)
			continue
		}
		if id, err := d.ID(); err != nil || id != fileID(t, filepath.Join(parent, want)) || d.Path() != "shown as" {
			t.Errorf("%q: %+v, %v", rel, id, err)
		}
		d.Close()
	}
	for _, rel := range []string{"a/link", "a/missing", "/", "/etc"} {
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
