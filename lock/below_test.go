//go:build linux

package lock

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// openStepwise opens the same directories as openBelow, and refuses the same.
func TestOpenStepwise(t *testing.T) {
	root := t.TempDir()
	if err := os.MkdirAll(filepath.Join(root, "a", "b"), 0o755); err != nil {
		t.Fatal(err)
	}
	for link, target := range map[string]string{"a/link": "b", "out": "/etc", "file": "/etc/passwd"} {
		if err := os.Symlink(target, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	parent, err := open(unix.AT_FDCWD, root, unix.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(parent)
	identify := func(openIt func(int, string) (int, error), rel string) (FileID, error) {
		fd, err := openIt(parent, rel)
		if err != nil {
			return FileID{}, err
		}
		defer unix.Close(fd)
		id, _, err := fstat(fd)
		return id, err
	}
	opened := 0
	for _, rel := range []string{"", ".", "a", "a/b", "a/link", "a/missing", "out", "out/ssl", "file", "..", "a/../..", "/", "/etc", strings.Repeat("a/../", 2000) + "a"} {
		want, wantErr := identify(openBelow, rel)
		got, err := identify(openStepwise, rel)
		if got != want || (err == nil) != (wantErr == nil) {
			t.Errorf("%.20q: %+v, %v; want %+v, %v", rel, got, err, want, wantErr)
		}
		if err == nil {
			opened++
		}
	}
	if opened != 4 {
		t.Errorf("%d were opened, want 4", opened)
	}
	deep := strings.Repeat("a/", 3000) // too long a path for any call, were it there
	if _, err := openBelow(parent, deep+"a"); err != unix.ENOENT {
		t.Errorf("%v, want %v", err, unix.ENOENT)
	}
}
