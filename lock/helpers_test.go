//go:build linux

package lock_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lockscope/lock"
)

var (
	lockfile = lock.DefaultNames.Lock
	pidfile  = lock.DefaultNames.Pidfile
	tempfile = pidfile + ".tmp"
)

func openDir(t testing.TB, path string) lock.Dir {
	t.Helper()
	d, err := lock.OpenDir(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// write replaces a file by a new one, as the protocol does, and returns its identity.
func write(t testing.TB, dir, name, text string) lock.FileID {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path+".new", []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
	return fileID(t, path)
}

func fileID(t testing.TB, path string) lock.FileID {
	t.Helper()
	var st unix.Stat_t
	if err := unix.Lstat(path, &st); err != nil {
		t.Fatal(path, err)
	}
	return lock.FileID{Dev: uint64(st.Dev), Ino: st.Ino, MTime: st.Mtim.Nano(), Size: st.Size}
}

func writtenAt(t testing.TB, path string, when time.Time) {
	t.Helper()
	if err := os.Chtimes(path, when, when); err != nil {
		t.Fatal(err)
	}
}

// chmod changes a mode until the test ends, so that the temporary directory can be removed then.
func chmod(t testing.TB, path string, mode os.FileMode) {
	t.Helper()
	before, err := os.Stat(path)
	if err == nil {
		err = os.Chmod(path, mode)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(path, before.Mode()) })
}

// wantFiles checks the names of the files in a directory.
func wantFiles(t testing.TB, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("in the directory: %q, want %q", got, want)
	}
}

func wantText(t testing.TB, path, want string) {
	t.Helper()
	if got, err := os.ReadFile(path); err != nil || string(got) != want {
		t.Errorf("%s: %q, %v, want %q", path, got, err, want)
	}
}

func wantPathError(t testing.TB, err error, op, path string) {
	t.Helper()
	var pathErr *fs.PathError
	if !errors.As(err, &pathErr) || pathErr.Op != op || pathErr.Path != path {
		t.Errorf("error %v does not name %s %s", err, op, path)
	}
}

// wantNoneOpen checks that this process has no descriptor below dir, which a failure may have left
// open.
func wantNoneOpen(t testing.TB, dir string) {
	t.Helper()
	if open := openBelow(t, os.Getpid(), dir); open != nil {
		t.Errorf("still open: %q", open)
	}
}

// openBelow lists the files in a directory that a process has open.
func openBelow(t testing.TB, pid int, dir string) (open []string) {
	t.Helper()
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		t.Fatal(err)
	}
	fds := fmt.Sprintf("/proc/%d/fd", pid)
	entries, err := os.ReadDir(fds)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if path, err := os.Readlink(filepath.Join(fds, e.Name())); err == nil && strings.HasPrefix(path+"/", dir+"/") {
			open = append(open, path)
		}
	}
	return open
}

// probe returns the state of the lock.
func probe(t testing.TB, dir string) lock.LockState {
	t.Helper()
	d, err := lock.OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	return d.ProbeLock().State
}

// asNobody takes root's rights over files away until the test ends. The test stays on this thread.
// If the test is not root, it has no such rights.
func asNobody(t testing.TB) {
	if os.Geteuid() != 0 {
		return
	}
	runtime.LockOSThread()
	unix.Setfsuid(65534)
	t.Cleanup(func() {
		unix.Setfsuid(0)
		runtime.UnlockOSThread()
	})
}

// publicDir is a temporary directory that the user nobody can reach.
func publicDir(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	chmod(t, filepath.Dir(dir), 0o755)
	chmod(t, dir, 0o755)
	return dir
}

func needRoot(t testing.TB, what string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skipf("only root can %s", what)
	}
}

// eventually waits for something that the kernel does some time.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !is(); runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("not in a minute: %s", what)
		}
	}
}

const precious = "somebody else's"

// deadPID fits an int32, and is above the highest PID that the kernel gives.
const deadPID = 1<<31 - 1

// loopSeconds is how long peers compete.
func loopSeconds() float64 {
	if testing.Short() {
		return 0.5
	}
	return 3
}

// rounds is how often a test tries a race.
func rounds(n int) int {
	if testing.Short() {
		return n / 5
	}
	return n
}

func mkdir(t testing.TB, dir string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
}

func acquire(t testing.TB, dir string) *lock.Lock {
	t.Helper()
	l, err := lock.Acquire(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Release() })
	return l
}

func release(t testing.TB, l *lock.Lock) {
	t.Helper()
	if err := l.Release(); err != nil {
		t.Error(err)
	}
}

// wantHeld checks that the error is a HeldError that names pid.
func wantHeld(t testing.TB, l *lock.Lock, err error, dir string, pid int) {
	t.Helper()
	var held *lock.HeldError
	if l != nil || !errors.As(err, &held) || !errors.Is(err, lock.ErrHeld) || *held != (lock.HeldError{Dir: dir, PID: pid}) {
		t.Errorf("%v, %v, want held by %d", l, err, pid)
	}
}

// wantNotReclaimed checks that the error is AcquireOrBreakStale's refusal that names pid.
func wantNotReclaimed(t testing.TB, l *lock.Lock, err error, dir string, pid int) {
	t.Helper()
	var refused *lock.RefusedError
	if l != nil || !errors.As(err, &refused) || !errors.Is(err, lock.ErrHeld) || !errors.Is(err, lock.ErrRefused) ||
		*refused != (lock.RefusedError{Dir: dir, Reason: lock.RefusedHeld, PID: pid}) {
		t.Errorf("%v, %v, want a refusal for %d", l, err, pid)
	}
}

// memoryDir is a temporary directory in memory if there is one. A daemon acquires and releases many
// times as often there as on a disk.
func memoryDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "lockscope-test-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func mknod(kind uint32, device uint64) func(testing.TB, string) string {
	return func(t testing.TB, path string) string {
		if err := unix.Mknod(path, kind|0o666, int(device)); err != nil {
			t.Skip(err)
		}
		return path
	}
}
