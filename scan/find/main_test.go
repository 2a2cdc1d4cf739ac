package find

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// places returns a directory on the file system of the temporary directory,
// and one on tmpfs where there is one.
func places(t *testing.T) map[string]string {
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
