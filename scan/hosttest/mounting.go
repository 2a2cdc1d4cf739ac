package hosttest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// Mount mounts something on a new directory until the test ends, and skips
// the test where the host does not allow or know it. The returned path has no links.
func Mount(t *testing.T, args ...string) string {
	t.Helper()
	dir := MakeDir(t, filepath.Join(TempDir(t), "mnt"))
	MountOn(t, dir, args...)
	return dir
}

// MountOn does so on a directory that is there.
func MountOn(t *testing.T, dir string, args ...string) {
	t.Helper()
	NeedRoot(t, "mount")
	NeedTool(t, "mount")
	if out, err := exec.Command("mount", append(args, dir)...).CombinedOutput(); err != nil {
		t.Skipf("needs mount %s: %v: %s", strings.Join(args, " "), err, out)
	}
	UnmountAtEnd(t, dir)
}

// imageSize is what each mkfs asks for at least; the files are sparse.
var imageSize = map[string]int64{"ext4": 64 << 20, "xfs": 512 << 20, "btrfs": 256 << 20}

// MountImage makes a file system in a file, and mounts it.
func MountImage(t *testing.T, fstype string, options ...string) string {
	t.Helper()
	NeedRoot(t, "mount")
	NeedTool(t, "mkfs."+fstype)
	image := filepath.Join(TempDir(t), "image")
	f, err := os.Create(image)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Truncate(imageSize[fstype]); err != nil {
		t.Fatal(err)
	}
	Run(t, "mkfs."+fstype, "-q", image)
	return Mount(t, append(options, "-o", "loop", "-t", fstype, image)...)
}

// Overlay is a mounted overlay with its layers.
type Overlay struct{ Merged, Upper, Lower string }

// MountOverlay mounts one until the test ends.
func MountOverlay(t *testing.T) Overlay {
	t.Helper()
	// Not on the file system of the temporary directory: it may be an overlay itself.
	base := Mount(t, "-t", "tmpfs", "tmpfs")
	o := Overlay{Upper: MakeDir(t, base+"/upper"), Lower: MakeDir(t, base+"/lower")}
	work := MakeDir(t, base+"/work")
	o.Merged = Mount(t, "-t", "overlay", "-o", "lowerdir="+o.Lower+",upperdir="+o.Upper+",workdir="+work, "overlay")
	return o
}

// Bind shows a directory at a second place until the test ends.
func Bind(t *testing.T, dir, at string) {
	t.Helper()
	if err := unix.Mount(dir, at, "", unix.MS_BIND, ""); err != nil {
		t.Skip("needs bind mounts: ", err)
	}
	UnmountAtEnd(t, at)
}

// UnmountAtEnd unmounts what is mounted on a directory when the test ends, busy or not.
func UnmountAtEnd(t *testing.T, dir string) {
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Errorf("unmount %s: %v", dir, err)
		}
	})
}
