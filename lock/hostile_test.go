//go:build linux

package lock_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lockscope/lock"
)

// planted are the things that a tenant can put in place of a file of the protocol. Each function
// makes one at a path, and returns the file that must not be opened.
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

// watchOpens watches a file. check fails the test if somebody has opened or changed the file since,
// or made something in it.
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

// quiet records that a test failed, and lets it go on.
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

			// A holder replaces it, or fails. It never goes through it.
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

			// The same beside a held lock.
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

// An open waits for up to a minute while somebody has a lease on the file (fcntl(2)). Who looks does
// not wait, and does not take this for a held lock. An acquire waits, and does not fail.
func TestHostileLease(t *testing.T) {
	lease := func(dir, name string) *os.File {
		write(t, dir, name, fmt.Sprintln(deadPID))
		f, err := os.OpenFile(filepath.Join(dir, name), os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		if _, err := unix.FcntlInt(f.Fd(), unix.F_SETLEASE, unix.F_WRLCK); err != nil {
			t.Skipf("no leases here: %v", err)
		}
		return f
	}
	t.Run("lock file", func(t *testing.T) {
		dir := t.TempDir()
		stalePidfile(t, dir)
		leased := lease(dir, lockfile)
		if got := openDir(t, dir).ProbeLock(); got.State != lock.LockUnknown || !errors.Is(got.Err, unix.EAGAIN) {
			t.Errorf("%+v", got)
		}
		seen := lock.Evidence{Dir: fileID(t, dir), Pidfile: openDir(t, dir).Pidfile(),
			Lock: lock.LockFile{State: lock.LockFree, ID: fileID(t, filepath.Join(dir, lockfile))}}
		refuses(t, dir, seen, lock.RefusedLeased)
		daemon := goPeer(t).start(t, "acquire", dir)
		waits := daemon.answer()
		eventually(t, "it asks for the lease", func() bool { return leaseIsAskedFor(t, seen.Lock.ID.Ino) })
		select {
		case answer := <-waits:
			t.Errorf("beside the lease: %s", answer)
		default:
		}
		leased.Close()
		if answer, want := <-waits, fmt.Sprint("HELD ", daemon.pid()); answer != want {
			t.Errorf("%q after the lease was given up, want %q", answer, want)
		}
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

// A tenant exchanges the lock file for something else while we look. We do not follow a symlink, do
// not wait for a FIFO, and take neither for the lock file.
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

// swapping exchanges two files all the time, until stop is called.
func swapping(a, b string) (stop func()) {
	over, stopped := make(chan bool), make(chan bool)
	go func() {
		defer close(stopped)
		for {
			select {
			case <-over:
				return
			default:
				unix.Renameat2(unix.AT_FDCWD, a, unix.AT_FDCWD, b, unix.RENAME_EXCHANGE)
			}
		}
	}()
	return func() { close(over); <-stopped }
}
