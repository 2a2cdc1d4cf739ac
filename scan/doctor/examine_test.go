package doctor

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lockscope/lock/locktest"
	"lockscope/scan"
	"lockscope/scan/hosttest"
	"lockscope/scan/report"
)

// TestMain also runs the processes that hold locks for the tests.
func TestMain(m *testing.M) {
	locktest.Main()
	os.Exit(m.Run())
}

// examine examines roots as the program does, and returns what it makes of them too.
func examine(t *testing.T, limit time.Duration, roots ...string) (*Facts, *Diagnosis) {
	t.Helper()
	hosttest.Beside(t)
	f, err := Examine(t.Context(), Config{Scan: scan.Config{Roots: roots, Timeout: limit, MaxDepth: -1, Interval: time.Minute}})
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Roots) != len(roots) {
		t.Fatalf("%d roots of %d", len(f.Roots), len(roots))
	}
	d := Diagnose(f)
	text, _ := json.MarshalIndent(d, "", " ")
	t.Logf("%s", bytes.ReplaceAll(text, []byte("\n"), []byte("\n\t")))
	return f, d
}

// aHost is a root with a held, a free and a stale directory, and one that root alone may enter.
func aHost(t *testing.T) (root string) {
	t.Helper()
	root = hosttest.TempDir(t)
	hosttest.Play(t, locktest.TestWorld(t), root+"/held", locktest.HeldPlain)
	hosttest.MakeData(t, root+"/free")
	hosttest.MakeStale(t, root+"/stale")
	hosttest.MakeData(t, hosttest.MakeDir(t, root+"/closed")+"/data")
	if err := os.Chmod(root+"/closed", 0o700); err != nil {
		t.Fatal(err)
	}
	return root
}

func TestExamineAsRoot(t *testing.T) {
	hosttest.NeedRoot(t, "have every capability")
	f, d := examine(t, hosttest.Patience, aHost(t))
	r := f.Roots[0]
	if r.Dirs != 4 || r.Established[report.SourceFdinfo] != 1 || r.Established[report.SourceLease] != 3 || r.Watched.Dirs != 4 {
		t.Errorf("%+v, %+v", r, r.Watched)
	}
	for _, name := range []string{"leases", "directories", "lock-table", "inotify", "pidfd", "root", "readable", "locks", "watched"} {
		if c := find(t, d, name); c.Status != OK {
			t.Errorf("%+v", c)
		}
	}
	if f.Kernel == "" || f.User != "root" || f.Sight.Processes == 0 || f.Sight.TableLines == 0 || r.Mount.FSType == "" {
		t.Errorf("%+v", f)
	}
}

func TestExamineAsNobody(t *testing.T) {
	hosttest.NeedRoot(t, "become somebody else")
	root := os.Getenv(hosttest.Elsewhere)
	if root == "" {
		root = aHost(t)
	}
	if !hosttest.Again(t, root, hosttest.AsNobody) {
		return
	}
	f, d := examine(t, hosttest.Patience, root)
	r := f.Roots[0]
	if r.Dirs != 3 || r.Established[report.SourceTable] != 1 || r.Established[report.SourceProbe] != 2 || r.Unsettled != 0 {
		t.Errorf("%+v", r)
	}
	// Whose descriptors cannot be read is said of some, and rather of programs than of threads of the kernel.
	if c := find(t, d, "processes"); !regexp.MustCompile(`, such as \d+ \(\S+\), `).MatchString(c.Text) || strings.Contains(c.Text, "(kthreadd)") {
		t.Errorf("%+v", c)
	}
	for _, name := range []string{"leases", "processes", "directories", "readable", "locks"} {
		if c := find(t, d, name); c.Status != Limited || c.Remedy == "" || c.NotClaimed == "" {
			t.Errorf("%+v", c)
		}
	}
}

// In namespaces of its own, where no directory may be watched.
func TestExamineInNamespaces(t *testing.T) {
	hosttest.NeedTool(t, "mount")
	root := os.Getenv(hosttest.Elsewhere)
	if root == "" {
		root = hosttest.MakeData(t, hosttest.TempDir(t)+"/free")
	}
	if !hosttest.Again(t, root, func(cmd *exec.Cmd) {
		ids := []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWUSER | unix.CLONE_NEWPID | unix.CLONE_NEWNS, UidMappings: ids}
	}) {
		return
	}
	if err := os.WriteFile("/proc/sys/user/max_inotify_watches", []byte("0"), 0); err != nil {
		t.Skip("needs a user namespace with limits: ", err)
	}
	hosttest.Run(t, "mount", "-t", "proc", "proc", "/proc")
	f, d := examine(t, hosttest.Patience, root)
	if r := f.Roots[0]; r.Dirs != 1 || r.Established[report.SourceLease] != 1 || r.Watched.Dirs != 0 {
		t.Errorf("%+v, %+v", r, r.Watched)
	}
	for _, name := range []string{"leases", "directories", "pid-namespace", "inotify", "watched"} {
		if c := find(t, d, name); c.Status != Limited || c.NotClaimed == "" {
			t.Errorf("%+v", c)
		}
	}
}

// A file system that gives no answer costs its root the time limit, and the others nothing.
func TestExamineHungRoot(t *testing.T) {
	h := hosttest.MakeHungTree(t, 3)
	h.FUSE.Hang()
	f, d := examine(t, 300*time.Millisecond, h.FUSE.Dir, h.Other, h.Root)
	if r := f.Roots[0]; !errors.Is(r.Err, report.ErrNoAnswer) || r.Dirs != 0 {
		t.Errorf("%+v", r)
	}
	if c := d.Roots[0].Checks; len(c) != 1 || c[0].Status != Failed || !strings.Contains(c[0].Text, "no answer in 300ms from fuse") {
		t.Errorf("%+v", c)
	}
	if r := f.Roots[1]; r.Err != nil || r.Dirs != len(h.Stale) || r.Silent != 0 {
		t.Errorf("%+v", r)
	}
	// The mount is below the last one.
	if r := f.Roots[2]; r.Err != nil || r.Dirs < len(h.Free) || r.Silent == 0 || len(r.MayHang) != 1 || r.MayHang[0] != h.FUSE.Dir {
		t.Errorf("%+v", r)
	}
	if c := find(t, &Diagnosis{Roots: d.Roots[2:]}, "answers"); c.Status != Limited || !strings.Contains(c.Text, h.FUSE.Dir) || c.Remedy == "" {
		t.Errorf("%+v", c)
	}
	if d.Status() != Failed {
		t.Errorf("%v", d.Status())
	}
}

func TestExamineFUSE(t *testing.T) {
	fuse := hosttest.MountFUSE(t)
	hosttest.MakeData(t, fuse.Dir+"/free")
	f, d := examine(t, hosttest.Patience, fuse.Dir)
	if r := f.Roots[0]; r.Dirs != 1 || r.Established[report.SourceProbe] != 1 || r.Watched.Polled[report.PolledRemote] != 1 {
		t.Errorf("%+v, %+v", r, r.Watched)
	}
	for _, name := range []string{"locks", "watched"} {
		if c := find(t, d, name); c.Status != Limited || c.Remedy == "" {
			t.Errorf("%+v", c)
		}
	}
}

func TestExamineOverlay(t *testing.T) {
	o := hosttest.MountOverlay(t)
	hosttest.MakeData(t, o.Merged+"/free")
	f, d := examine(t, hosttest.Patience, o.Merged, o.Upper)
	if r := f.Roots[0]; r.Dirs != 1 || r.Mount.FSType != "overlay" || r.Mount.Point != o.Merged || r.Overlay != "" {
		t.Errorf("%+v", r)
	}
	if r := f.Roots[1]; r.Dirs != 1 || r.InLayers != 1 || r.Overlay != o.Merged {
		t.Errorf("%+v", r)
	}
	for _, r := range d.Roots {
		if c := find(t, &Diagnosis{Roots: []RootDiagnosis{r}}, "layers"); c.Status != Limited {
			t.Errorf("%s: %+v", r.Path, c)
		}
	}
}

func TestExamineBtrfs(t *testing.T) {
	mnt := hosttest.MountImage(t, "btrfs")
	hosttest.Run(t, "btrfs", "-q", "subvolume", "create", filepath.Join(mnt, "sub"))
	hosttest.MakeData(t, mnt+"/sub/free")
	hosttest.Play(t, locktest.TestWorld(t), mnt+"/sub/held", locktest.HeldPlain)
	f, d := examine(t, hosttest.Patience, mnt)
	if r := f.Roots[0]; r.Dirs != 2 || r.Established[report.SourceLease] != 1 || r.Established[report.SourceFdinfo] != 1 || r.Mount.FSType != "btrfs" {
		t.Errorf("%+v", r)
	}
	if c := find(t, d, "locks"); c.Status != OK {
		t.Errorf("%+v", c)
	}
}

// Who stops it gets no diagnosis.
func TestExamineStopped(t *testing.T) {
	fuse := hosttest.MountFUSE(t)
	fuse.Hang()
	ctx, stop := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, stop) // it waits for the root by then, or has not begun
	if _, err := Examine(ctx, Config{Scan: scan.Config{Roots: []string{fuse.Dir}, Timeout: hosttest.Patience}}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
