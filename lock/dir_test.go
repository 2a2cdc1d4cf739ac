//go:build linux

package lock_test

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"lockscope/lock"
)

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
	wantNotBelow(t, at, "a/link", "a/missing", "/", "/etc")
	at.Close()
	wantNoneOpen(t, parent)
}

// wantNotBelow checks that OpenBelow refuses these paths.
func wantNotBelow(t *testing.T, at lock.Dir, paths ...string) {
	t.Helper()
	for _, rel := range paths {
		d, err := lock.DefaultNames.OpenBelow(at.FD(), rel, "shown as")
		if err == nil {
			t.Errorf("%q was opened", rel)
			d.Close()
			continue
		}
		wantPathError(t, err, "open", "shown as")
	}
}

// OpenBelow does not leave the directory.
func TestOpenBelowStaysBelow(t *testing.T) {
	parent := t.TempDir()
	mkdir(t, filepath.Join(parent, "a", "b"))
	at := openDir(t, parent)
	wantNotBelow(t, at, "..", "../"+filepath.Base(parent), "a/../..")
	at.Close()
	wantNoneOpen(t, parent)
}
