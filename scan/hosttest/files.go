package hosttest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"lockscope/lock"
)

// DeadPID is the text of a pidfile that names nobody: it is above what the kernel gives out.
const DeadPID = "2147483647\n"

// Places returns a directory on the file system of the temporary directory,
// and one on tmpfs where there is one.
func Places(t *testing.T) map[string]string {
	t.Helper()
	dirs := map[string]string{"tmp": t.TempDir()}
	const shm = "/dev/shm"
	var st unix.Statfs_t
	if unix.Statfs(shm, &st) == nil && st.Type == unix.TMPFS_MAGIC && unix.Access(shm, unix.W_OK) == nil {
		dir, err := os.MkdirTemp(shm, "lockscope-test-")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { os.RemoveAll(dir) })
		dirs["tmpfs"] = dir
	}
	return dirs
}

// TempDir is a temporary directory that everybody may enter.
func TempDir(t *testing.T) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// OpenDir is a temporary directory that, unlike t.TempDir, every user can reach.
func OpenDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "lockscope-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// MakeDir makes a directory, and those above it.
func MakeDir(t *testing.T, dir string) string {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// MakeData makes a data directory with a lock file that nobody holds.
func MakeData(t *testing.T, dir string) string {
	t.Helper()
	MakeDir(t, dir)
	WriteFile(t, filepath.Join(dir, lock.DefaultNames.Lock), "")
	return dir
}

// MakeStale makes a data directory whose owner is gone, without any process.
func MakeStale(t *testing.T, dir string) string {
	t.Helper()
	MakeData(t, dir)
	WriteFile(t, filepath.Join(dir, lock.DefaultNames.Pidfile), DeadPID)
	return dir
}

// WriteFile writes a file that everybody may read.
func WriteFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// WritePidfile writes a pidfile that names a process.
func WritePidfile(t *testing.T, dir string, pid int) {
	t.Helper()
	WriteFile(t, filepath.Join(dir, lock.DefaultNames.Pidfile), fmt.Sprintln(pid))
}

// Tree makes data directories at these paths below a new directory, each with
// a lock file that nobody holds, and returns it. A path that ends in a slash is
// a directory with nothing in it.
func Tree(t *testing.T, paths ...string) (root string) {
	t.Helper()
	root = t.TempDir()
	for _, path := range paths {
		if dir := filepath.Join(root, path); strings.HasSuffix(path, "/") {
			MakeDir(t, dir)
		} else {
			MakeData(t, dir)
		}
	}
	return root
}
