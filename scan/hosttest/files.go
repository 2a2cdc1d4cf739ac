package hosttest

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"lockscope/lock"
)

// deadPID is nobody's: it is above what the kernel gives out.
const DeadPID = "2147483647\n"

// places returns a directory on the file system of the temporary directory,
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

// tempDir is a temporary directory that everybody may enter.
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

// openDir is a temporary directory that, unlike t.TempDir, every user can reach.
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

func MakeDir(t *testing.T, dir string) string {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// makeData makes a data directory with a lock file that nobody holds.
func MakeData(t *testing.T, dir string) string {
	t.Helper()
	MakeDir(t, dir)
	WriteFile(t, filepath.Join(dir, lock.DefaultNames.Lock), "")
	return dir
}

// makeStale makes a data directory whose owner is gone, without any process.
func MakeStale(t *testing.T, dir string) string {
	t.Helper()
	MakeData(t, dir)
	WriteFile(t, filepath.Join(dir, lock.DefaultNames.Pidfile), DeadPID)
	return dir
}

func WriteFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
