package scan

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lockscope/lock"
	"lockscope/scan/observe"
	"lockscope/scan/report"
)

func needTool(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := exec.LookPath(name); err != nil {
			t.Skip("needs ", name)
		}
	}
}

func run(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

// mount mounts something on a new directory until the test ends, and skips
// the test where the host does not allow or know it. The returned path has no links.
func mount(t *testing.T, args ...string) string {
	t.Helper()
	dir := makeDir(t, filepath.Join(tempDir(t), "mnt"))
	mountOn(t, dir, args...)
	return dir
}

// mountOn does so on a directory that is there.
func mountOn(t *testing.T, dir string, args ...string) {
	t.Helper()
	needRoot(t, "mount")
	needTool(t, "mount")
	if out, err := exec.Command("mount", append(args, dir)...).CombinedOutput(); err != nil {
		t.Skipf("needs mount %s: %v: %s", strings.Join(args, " "), err, out)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Errorf("unmount %s: %v", dir, err)
		}
	})
}

// tempDir is a temporary directory that everybody may enter.
func tempDir(t *testing.T) string {
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

func makeDir(t *testing.T, dir string) string {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// imageSize is what each mkfs asks for at least; the files are sparse.
var imageSize = map[string]int64{"ext4": 64 << 20, "xfs": 512 << 20, "btrfs": 256 << 20}

// mountImage makes a file system in a file, and mounts it.
func mountImage(t *testing.T, fstype string, options ...string) string {
	t.Helper()
	needRoot(t, "mount")
	needTool(t, "mkfs."+fstype)
	image := filepath.Join(tempDir(t), "image")
	f, err := os.Create(image)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Truncate(imageSize[fstype]); err != nil {
		t.Fatal(err)
	}
	run(t, "mkfs."+fstype, "-q", image)
	return mount(t, append(options, "-o", "loop", "-t", fstype, image)...)
}

// overlay is a mounted overlay with its layers.
type overlay struct{ merged, upper, lower string }

func mountOverlay(t *testing.T) overlay {
	t.Helper()
	// Not on the file system of the temporary directory: it may be an overlay itself.
	base := mount(t, "-t", "tmpfs", "tmpfs")
	o := overlay{upper: makeDir(t, base+"/upper"), lower: makeDir(t, base+"/lower")}
	work := makeDir(t, base+"/work")
	o.merged = mount(t, "-t", "overlay", "-o", "lowerdir="+o.lower+",upperdir="+o.upper+",workdir="+work, "overlay")
	return o
}

// fuse is a mounted FUSE file system: a directory shown at a second place by
// a server that can be stopped, which makes everybody hang who asks it something.
type fuse struct {
	dir    string
	source string
	server *exec.Cmd
	t      *testing.T
}

func mountFUSE(t *testing.T, options ...string) *fuse {
	t.Helper()
	needRoot(t, "mount")
	needTool(t, "bindfs")
	if _, err := os.Stat("/dev/fuse"); err != nil {
		t.Skip("needs /dev/fuse")
	}
	base := tempDir(t)
	f := &fuse{dir: makeDir(t, base+"/mnt"), source: makeDir(t, base+"/source"), t: t}
	// Nothing is answered from a cache.
	args := append([]string{"-f", "-o", "attr_timeout=0,entry_timeout=0,negative_timeout=0"}, options...)
	f.server = exec.Command("bindfs", append(args, f.source, f.dir)...)
	if err := f.server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		// First it dies: nobody hangs any more.
		f.server.Process.Kill()
		f.server.Wait()
		if err := unix.Unmount(f.dir, unix.MNT_DETACH); err != nil {
			t.Errorf("unmount %s: %v", f.dir, err)
		}
	})
	eventually(t, "bindfs is mounted", func() bool { return new(observe.MountPoints).Of(f.dir) == f.dir })
	return f
}

// hang stops the server: from its return on nobody gets an answer.
func (f *fuse) hang() {
	f.t.Helper()
	if err := f.server.Process.Signal(unix.SIGSTOP); err != nil {
		f.t.Fatal(err)
	}
	for {
		err := unix.Waitid(unix.P_PID, f.server.Process.Pid, nil, unix.WSTOPPED|unix.WNOWAIT, nil)
		if err == nil {
			return
		} else if err != unix.EINTR {
			f.t.Fatal(err)
		}
	}
}

func (f *fuse) answer() {
	f.t.Helper()
	if err := f.server.Process.Signal(unix.SIGCONT); err != nil {
		f.t.Fatal(err)
	}
}

// eventually waits until something is so.
func eventually(t *testing.T, what string, isSo func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !isSo(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it never came that %s", what)
		}
	}
}

// deadPID is nobody's: it is above what the kernel gives out.
const deadPID = "2147483647\n"

// makeStale makes a data directory whose owner is gone, without any process.
func makeStale(t *testing.T, dir string) string {
	t.Helper()
	makeData(t, dir)
	writeFile(t, filepath.Join(dir, lock.DefaultNames.Pidfile), deadPID)
	return dir
}

// makeData makes a data directory with a lock file that nobody holds.
func makeData(t *testing.T, dir string) string {
	t.Helper()
	makeDir(t, dir)
	writeFile(t, filepath.Join(dir, lock.DefaultNames.Lock), "")
	return dir
}

// expect checks state and reasons of one directory.
func expect(t *testing.T, f *found, dir string, state report.State, reasons ...report.Reason) *report.Report {
	t.Helper()
	r := f.at(t, dir)
	var want report.Reasons
	for _, reason := range reasons {
		want = want.With(reason)
	}
	summary, next := r.Explain()
	t.Logf("%s: %v %v: %s => %s", dir, r.Verdict.State, r.Verdict.Reasons.List(), summary, next)
	if r.Verdict != (report.Verdict{State: state, Reasons: want}) {
		t.Errorf("%s: %v %v, want %v %v\n%+v", dir, r.Verdict.State, r.Verdict.Reasons.List(), state, reasons, r.Evidence)
	}
	return r
}

// bind shows a directory at a second place until the test ends.
func bind(t *testing.T, dir, at string) {
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
