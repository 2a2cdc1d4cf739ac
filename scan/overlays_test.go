package scan

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"lockscope/lock/locktest"
	"lockscope/scan/hosttest"
	"lockscope/scan/observe"
	"lockscope/scan/report"
)

// layersBase is a place for layers that have these names, with an upper and a work directory.
func layersBase(t *testing.T, names ...string) string {
	t.Helper()
	// Not on the file system of the temporary directory: it may be an overlay itself.
	base := hosttest.Mount(t, "-t", "tmpfs", "tmpfs")
	for _, name := range append(names, "merged", "work", "elsewhere") {
		hosttest.MakeDir(t, filepath.Join(base, name))
	}
	hosttest.MakeStale(t, base+"/elsewhere/d")
	return base
}

// mountIn mounts an overlay with these options in base, which is the working directory, at base/merged.
func mountIn(t *testing.T, base string, options string) {
	t.Helper()
	hosttest.Alone(t)
	cmd := exec.Command("mount", "-t", "overlay", "-o", options, "x", "merged")
	cmd.Dir = base
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Skipf("needs mount -o %s: %v: %s", options, err, out)
	}
	hosttest.UnmountAtEnd(t, base+"/merged")
}

// checkLayers checks that of a daemon in the merged directory d nothing is said, and nothing can be broken, in any of the
// layers, and that it is known whose they are.
func checkLayers(t *testing.T, base, merged string, layers ...string) {
	t.Helper()
	f := once(t, Config{Roots: []string{base}, Exclude: []string{"merged", "work"}})
	for _, name := range layers {
		r := expectLayer(t, f, filepath.Join(base, name, "d"))
		if r.Evidence.OverlayMount != merged || r.Breakable() {
			t.Errorf("%s: merged at %q, want %q; breakable: %v", name, r.Evidence.OverlayMount, merged, r.Breakable())
		}
	}
	expect(t, f, base+"/elsewhere/d", report.Stale, report.PIDGone)
}

// An overlay names its layers as whoever mounted it did.
func TestOverlaySpellings(t *testing.T) {
	for options, layers := range map[string][]string{
		"lowerdir=lower,upperdir=upper,workdir=work":                                              {"lower", "upper"},
		"lowerdir=./lower:lower2/../lower2,upperdir=.//upper/,workdir=work":                       {"lower", "lower2", "upper"},
		"lowerdir=lower:lower2::data,upperdir=upper,workdir=work":                                 {"lower", "lower2", "upper"},
		`lowerdir=c\:d:lower,upperdir=u\:p,workdir=work`:                                          {"c:d", "lower", "u:p"},
		`lowerdir=e\,f:lower,upperdir=u\,p,workdir=work`:                                          {"e,f", "lower", "u,p"},
		`lowerdir=g h:i\\j,upperdir=upper,workdir=work`:                                           {"g h", `i\j`, "upper"},
		"lowerdir+=lower,lowerdir+=c:d,datadir+=data,upperdir=upper,workdir=work":                 {"lower", "c:d", "upper"},
		"lowerdir=lower,upperdir=upper,workdir=work,redirect_dir=on,index=off":                    {"lower", "upper"},
		"lowerdir=lower-link,upperdir=upper-link,workdir=work":                                    {"lower", "upper"},
		"lowerdir=BASE/lower,upperdir=BASE/upper,workdir=BASE/work":                               {"lower", "upper"},
		"lowerdir=BASE/lower-link:BASE/../BASE/lower2,upperdir=BASE/upper-link,workdir=BASE/work": {"lower", "upper"},
		"lowerdir=lower,upperdir=deep/er/upper,workdir=deep/er/work":                              {"lower", "deep/er/upper"},
		"lowerdir=lower:lower2": {"lower", "lower2"},
	} {
		t.Run(strings.NewReplacer(",", " ", "=", " ", "/", "_").Replace(options), func(t *testing.T) {
			all := []string{"lower", "lower2", "upper", "data", "c:d", "u:p", "e,f", "u,p", "g h", `i\j`, "deep/er/upper", "deep/er/work"}
			base := layersBase(t, all...)
			for _, name := range []string{"lower", "upper"} {
				if err := os.Symlink(name, filepath.Join(base, name+"-link")); err != nil {
					t.Fatal(err)
				}
			}
			for _, name := range layers {
				hosttest.MakeStale(t, filepath.Join(base, name, "d"))
			}
			mountIn(t, base, strings.ReplaceAll(strings.ReplaceAll(options, "/../BASE", "/../"+filepath.Base(base)), "BASE", base))
			if strings.Contains(options, "upperdir") {
				if _, err := locktest.TestWorld(t).Make(base+"/merged/d", locktest.Held); err != nil {
					t.Fatal(err)
				}
			}
			checkLayers(t, base, base+"/merged", layers...)
		})
	}
}

// fsconfig(2) gives the layers one by one, also as descriptors (those with @), and then they are shown by their
// paths, in which nothing is escaped.
func TestOverlayByDescriptor(t *testing.T) {
	base := layersBase(t, "lower", "c:d", `i\j`, "e,f", `u\p`, "a\nb")
	options := []string{"lowerdir+=" + base + "/c:d", "lowerdir+=" + base + "/e,f", "@lowerdir+=" + base + "/lower", `@lowerdir+=` + base + `/i\j`,
		"lowerdir+=" + base + "/a\nb", `@upperdir=` + base + `/u\p`, "@workdir=" + base + "/work"}
	layers := []string{"lower", "c:d", `i\j`, "e,f", `u\p`, "a\nb"}
	for _, name := range layers {
		hosttest.MakeStale(t, filepath.Join(base, name, "d"))
	}
	fs, err := unix.Fsopen("overlay", unix.FSOPEN_CLOEXEC)
	if err != nil {
		t.Skip("needs fsopen: ", err)
	}
	defer unix.Close(fs)
	for _, option := range options {
		key, value, _ := strings.Cut(option, "=")
		if key, ok := strings.CutPrefix(key, "@"); ok {
			fd, err := unix.Open(value, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer unix.Close(fd)
			if err := unix.FsconfigSetFd(fs, key, fd); err != nil {
				t.Skip("needs layers by descriptor: ", err)
			}
		} else if err := unix.FsconfigSetString(fs, key, value); err != nil {
			t.Skip("needs layers one by one: ", err)
		}
	}
	if err := unix.FsconfigCreate(fs); err != nil {
		t.Skip("needs overlays: ", err)
	}
	mnt, err := unix.Fsmount(fs, unix.FSMOUNT_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(mnt)
	if err := unix.MoveMount(mnt, "", unix.AT_FDCWD, base+"/merged", unix.MOVE_MOUNT_F_EMPTY_PATH); err != nil {
		t.Fatal(err)
	}
	hosttest.UnmountAtEnd(t, base+"/merged")
	if _, err := locktest.TestWorld(t).Make(base+"/merged/d", locktest.Held); err != nil {
		t.Fatal(err)
	}
	checkLayers(t, base, base+"/merged", layers...)
}

// A layer may be named through a mount, and shown to us through another.
func TestOverlayThroughBindMounts(t *testing.T) {
	base := layersBase(t, "lower", "seen")
	disk := layersBase(t, "upper")
	hosttest.Bind(t, disk, base+"/seen")
	hosttest.MakeStale(t, disk+"/upper/d")
	// Not below base, so that what the path begins at cannot be guessed.
	merged := hosttest.MakeDir(t, hosttest.TempDir(t)+"/merged")
	cmd := exec.Command("mount", "-t", "overlay", "-o", "lowerdir=lower,upperdir=seen/upper,workdir=seen/work", "x", merged)
	cmd.Dir = base
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	hosttest.UnmountAtEnd(t, merged)
	if _, err := locktest.TestWorld(t).Make(merged+"/d", locktest.Held); err != nil {
		t.Fatal(err)
	}
	checkLayers(t, disk, merged, "upper")
}

// Of an overlay on an overlay, all layers are.
func TestOverlayOnOverlay(t *testing.T) {
	base := layersBase(t, "lower", "upper", "outer/upper", "outer/work", "outer/merged")
	mountIn(t, base, "lowerdir=lower,upperdir=upper,workdir=work")
	hosttest.MakeStale(t, base+"/merged/d")
	cmd := exec.Command("mount", "-t", "overlay", "-o", "lowerdir=../merged,upperdir=upper,workdir=work", "x", "merged")
	cmd.Dir = base + "/outer"
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Skipf("needs overlays on overlays: %v: %s", err, out)
	}
	hosttest.UnmountAtEnd(t, base+"/outer/merged")
	if _, err := locktest.TestWorld(t).Make(base+"/outer/merged/d", locktest.Held); err != nil {
		t.Fatal(err)
	}
	f := once(t, Config{Roots: []string{base}})
	expect(t, f, base+"/outer/merged/d", report.Held)
	for _, dir := range []string{"/outer/upper/d", "/merged/d", "/upper/d"} {
		expectLayer(t, f, base+dir)
	}
	expect(t, f, base+"/elsewhere/d", report.Stale, report.PIDGone)
}

// In a chroot, an absolute path begins there.
func TestOverlayMountedInChroot(t *testing.T) {
	hosttest.NeedTool(t, "unshare", "chroot", "mount")
	base := layersBase(t, "lower", "upper/d")
	hosttest.MakeData(t, base+"/upper/d")
	for _, dir := range []string{"bin", "lib", "lib64", "usr", "proc", "dev"} {
		if _, err := os.Stat("/" + dir); err == nil {
			hosttest.Bind(t, "/"+dir, hosttest.MakeDir(t, base+"/"+dir))
		}
	}
	hosttest.Run(t, "chroot", base, "mount", "-t", "overlay", "-o", "lowerdir=/lower,upperdir=/upper,workdir=/work", "x", "/merged")
	hosttest.UnmountAtEnd(t, base+"/merged")
	if _, err := locktest.TestWorld(t).Make(base+"/merged/d", locktest.Held); err != nil {
		t.Fatal(err)
	}
	f := once(t, Config{Roots: []string{base + "/upper", base + "/elsewhere"}})
	expectLayer(t, f, base+"/upper/d")
	expect(t, f, base+"/elsewhere/d", report.Stale, report.PIDGone)
}

// holdIn is what a shell does that has mounted an overlay at merged.
const holdIn = `cd merged/d && exec 9>>.handoff.lock && flock -n 9 && echo $$ >.handoff.pidfile && echo ok && read line`

// A container's overlay may be mounted in its own namespace alone.
func TestOverlayOfAnotherNamespace(t *testing.T) {
	hosttest.NeedTool(t, "unshare", "flock", "pivot_root", "mount")
	const options = "lowerdir=lower,upperdir=upper,workdir=work"
	for name, test := range map[string]struct {
		unshare, script string
	}{
		"absolute":   {"--mount", `cd $0 && mount -t overlay -o lowerdir=$0/lower,upperdir=$0/upper,workdir=$0/work x merged`},
		"relative":   {"--mount", `cd $0 && mount -t overlay -o ` + options + ` x merged`},
		"elsewhere":  {"--mount", `cd $0 && mount -t overlay -o ` + options + ` x /mnt && mount --bind /mnt merged`},
		"rootless":   {"--user --map-root-user --mount", `cd $0 && mount -t overlay -o ` + options + `,userxattr x merged`},
		"other path": {"--mount", `mount --bind $0 /mnt && cd /mnt && mount -t overlay -o lowerdir=/mnt/lower,upperdir=/mnt/upper,workdir=/mnt/work x merged`},
		"other name": {"--mount", `mount --bind $0/upper $0/elsewhere && mount --bind $0 /mnt && cd $0 && mount --bind upper/.. merged/; cd $0 &&
			mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work x /mnt/merged && cd /mnt`},
		"pivoted": {"--mount", `mount --bind $0 $0 && cd $0 && for d in bin lib lib64 usr dev; do mkdir -p $d; [ -e /$d ] && mount --rbind /$d $d; done
			mkdir -p old proc && pivot_root . old && cd / && mount -t overlay -o lowerdir=/lower,upperdir=/upper,workdir=/work x merged && mount -t proc proc proc && umount -l old && umount proc`},
	} {
		t.Run(name, func(t *testing.T) {
			base := layersBase(t, "lower", "upper")
			hosttest.MakeData(t, base+"/lower/d")
			hosttest.MakeStale(t, base+"/upper/d")
			args := append(strings.Fields(test.unshare), "sh", "-c", test.script+" && "+holdIn, base)
			hosttest.Talk(t, exec.Command("unshare", args...))
			f := once(t, Config{Roots: []string{base}})
			expectLayer(t, f, base+"/upper/d")
			expectLayer(t, f, base+"/lower/d")
			expect(t, f, base+"/elsewhere/d", report.Stale, report.PIDGone)
		})
	}
}

// What fuse-overlayfs serves is told by its command line alone.
func TestFUSEOverlay(t *testing.T) {
	m := hosttest.MountFUSE(t, "-o", "subtype=fuse-overlayfs")
	base := layersBase(t, "lower", "upper")
	server := filepath.Join(hosttest.TempDir(t), "fuse-overlayfs")
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("needs sh")
	}
	if err := os.Symlink(shell, server); err != nil {
		t.Fatal(err)
	}
	hosttest.MakeStale(t, base+"/upper/d")
	hosttest.MakeStale(t, base+"/lower/d")
	hosttest.Talk(t, exec.Command(server, "-c", "echo ok; read line", "-o", fmt.Sprintf("lowerdir=%s/lower,upperdir=%s/upper,workdir=%s/work", base, base, base), "merged"))
	checkLayers(t, base, m.Dir, "lower", "upper")
}

// expectLayer checks that nothing is concluded of a directory in a layer. Whose lock is held on the merged one may be known too.
func expectLayer(t *testing.T, f *found, dir string) *report.Report {
	t.Helper()
	r := f.at(t, dir)
	summary, next := r.Explain()
	t.Logf("%s: %v %v: %s => %s", dir, r.Verdict.State, r.Verdict.Reasons.List(), summary, next)
	if r.Verdict.State != report.Unknown || !r.Verdict.Reasons.Has(report.NotVisible) {
		t.Errorf("%s: %v %v, want unknown for not-visible", dir, r.Verdict.State, r.Verdict.Reasons.List())
	}
	return r
}

// The locks of an overlay's files are not seen through its layers, and so a
// lock that is free there says nothing.
func TestOverlayLayers(t *testing.T) {
	o := hosttest.MountOverlay(t)
	w := locktest.TestWorld(t)
	hosttest.MakeStale(t, o.Lower+"/image")
	held, err := w.Make(o.Merged+"/held", locktest.Held)
	if err != nil {
		t.Fatal(err)
	}
	hosttest.MakeStale(t, o.Merged+"/stale")
	// The lock file comes from the lower layer, and is copied up when it is opened for writing.
	image, err := w.Make(o.Merged+"/image", locktest.Held)
	if err != nil {
		t.Fatal(err)
	}
	direct, err := w.Make(o.Upper+"/direct", locktest.Held)
	if err != nil {
		t.Fatal(err)
	}
	for _, probe := range []observe.Probe{observe.ProbeAuto, observe.ProbeFlock} {
		t.Run(probe.String(), func(t *testing.T) {
			f := once(t, Config{Roots: []string{o.Merged, o.Upper, o.Lower}, Probe: probe})
			for _, site := range []*locktest.Site{held, image, direct} {
				checkSite(t, f, site)
				if holderOf(f.at(t, site.Dir), site.Owner) == nil {
					t.Errorf("holders %v, want %d", f.at(t, site.Dir).Evidence.Holders, site.Owner)
				}
			}
			expect(t, f, o.Merged+"/stale", report.Stale, report.PIDGone)
			for _, dir := range []string{"/upper/held", "/upper/stale", "/upper/image", "/lower/image"} {
				expectLayer(t, f, filepath.Dir(o.Upper)+dir)
			}
		})
	}
}
