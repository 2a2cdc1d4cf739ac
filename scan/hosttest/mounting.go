package hosttest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"lockscope/scan/observe"
)

// mount mounts something on a new directory until the test ends, and skips
// the test where the host does not allow or know it. The returned path has no links.
func Mount(t *testing.T, args ...string) string {
	t.Helper()
	dir := MakeDir(t, filepath.Join(TempDir(t), "mnt"))
	MountOn(t, dir, args...)
	return dir
}

// mountOn does so on a directory that is there.
func MountOn(t *testing.T, dir string, args ...string) {
	t.Helper()
	NeedRoot(t, "mount")
	NeedTool(t, "mount")
	if out, err := exec.Command("mount", append(args, dir)...).CombinedOutput(); err != nil {
		t.Skipf("needs mount %s: %v: %s", strings.Join(args, " "), err, out)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Errorf("unmount %s: %v", dir, err)
		}
	})
}

// imageSize is what each mkfs asks for at least; the files are sparse.
var imageSize = map[string]int64{"ext4": 64 << 20, "xfs": 512 << 20, "btrfs": 256 << 20}

// mountImage makes a file system in a file, and mounts it.
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

// overlay is a mounted overlay with its layers.
type Overlay struct{ Merged, Upper, Lower string }

func MountOverlay(t *testing.T) Overlay {
	t.Helper()
	// Not on the file system of the temporary directory: it may be an overlay itself.
	base := Mount(t, "-t", "tmpfs", "tmpfs")
	o := Overlay{Upper: MakeDir(t, base+"/upper"), Lower: MakeDir(t, base+"/lower")}
	work := MakeDir(t, base+"/work")
	o.Merged = Mount(t, "-t", "overlay", "-o", "lowerdir="+o.Lower+",upperdir="+o.Upper+",workdir="+work, "overlay")
	return o
}

// fuse is a mounted FUSE file system: a directory shown at a second place by
// a server that can be stopped, which makes everybody hang who asks it something.
type FUSE struct {
	Dir    string
	Source string
	Server *exec.Cmd
	t      *testing.T
}

func MountFUSE(t *testing.T, options ...string) *FUSE {
	t.Helper()
	NeedRoot(t, "mount")
	NeedTool(t, "bindfs")
	if _, err := os.Stat("/dev/fuse"); err != nil {
		t.Skip("needs /dev/fuse")
	}
	base := TempDir(t)
	f := &FUSE{Dir: MakeDir(t, base+"/mnt"), Source: MakeDir(t, base+"/source"), t: t}
	// Nothing is answered from a cache.
	args := append([]string{"-f", "-o", "attr_timeout=0,entry_timeout=0,negative_timeout=0"}, options...)
	f.Server = exec.Command("bindfs", append(args, f.Source, f.Dir)...)
	if err := f.Server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		// First it dies: nobody hangs any more.
		f.Server.Process.Kill()
		f.Server.Wait()
		if err := unix.Unmount(f.Dir, unix.MNT_DETACH); err != nil {
			t.Errorf("unmount %s: %v", f.Dir, err)
		}
	})
	Eventually(t, "bindfs is mounted", func() bool { return new(observe.MountPoints).Of(f.Dir) == f.Dir })
	return f
}

// hang stops the server: from its return on nobody gets an answer.
func (f *FUSE) Hang() {
	f.t.Helper()
	if err := f.Server.Process.Signal(unix.SIGSTOP); err != nil {
		f.t.Fatal(err)
	}
	for {
		err := unix.Waitid(unix.P_PID, f.Server.Process.Pid, nil, unix.WSTOPPED|unix.WNOWAIT, nil)
		if err == nil {
			return
		} else if err != unix.EINTR {
			f.t.Fatal(err)
		}
	}
}

func (f *FUSE) Answer() {
	f.t.Helper()
	if err := f.Server.Process.Signal(unix.SIGCONT); err != nil {
		f.t.Fatal(err)
	}
}

// bind shows a directory at a second place until the test ends.
func Bind(t *testing.T, dir, at string) {
	t.Helper()
	if err := unix.Mount(dir, at, "", unix.MS_BIND, ""); err != nil {
		t.Skip("needs bind mounts: ", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(at, unix.MNT_DETACH); err != nil {
			t.Errorf("unmount %s: %v", at, err)
		}
	})
}
