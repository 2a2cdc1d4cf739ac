package observe

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lockscope/lock"
	"lockscope/lock/locktest"
	"lockscope/scan/hosttest"
	"lockscope/scan/report"
)

// breaks tries to break what a report tells of, as a program would that does not heed the verdict. It returns
// what was removed.
func breaks(r *report.Report) ([]string, error) { return lock.BreakStale(r.Path, r.Evidence.Evidence) }

// A daemon that lost its lock writes on another disk, mounted below its directory. The mount may be the
// directory's own, a second one of a disk, or a part of one.
func TestMountedBelow(t *testing.T) {
	for name, mountAt := range map[string]func(t *testing.T, at string) (written string){
		"a disk": func(t *testing.T, at string) string {
			hosttest.MountOn(t, at, "-t", "tmpfs", "tmpfs")
			return at
		},
		"a part of one that is open by its other name": func(t *testing.T, at string) string {
			disk := hosttest.MakeDir(t, hosttest.Mount(t, "-t", "tmpfs", "tmpfs")+"/part")
			hosttest.MountOn(t, at, "--bind", disk)
			return disk
		},
		"a disk below a link": func(t *testing.T, at string) string {
			if err := os.Remove(at); err != nil {
				t.Fatal(err)
			}
			base := hosttest.TempDir(t)
			disk := hosttest.MakeDir(t, base+"/disk")
			hosttest.MountOn(t, disk, "-t", "tmpfs", "tmpfs")
			if err := os.Symlink(base, at); err != nil {
				t.Fatal(err)
			}
			return disk
		},
	} {
		t.Run(name, func(t *testing.T) {
			hosttest.NeedRoot(t, "mount")
			hosttest.Beside(t)
			root := hosttest.TempDir(t)
			w := locktest.TestWorld(t)
			stranger := hosttest.Play(t, w, root+"/other", locktest.HeldPlain).Procs[0]
			dir := hosttest.MakeStale(t, root+"/data")
			written := mountAt(t, hosttest.MakeDir(t, dir+"/wal"))
			hosttest.WritePidfile(t, dir, stranger.PID)
			hosttest.WantVerdict(t, lookAt(t, ProbeAuto, dir), report.Stale, report.PIDUnrelated)

			hosttest.WritePidfile(t, dir, writes(t, written+"/000017.log"))
			r := lookAt(t, ProbeAuto, dir)
			hosttest.WantVerdict(t, r, report.Unguarded, report.PIDAlive)
			if removed, err := breaks(r); len(removed) > 0 || !errors.Is(err, lock.ErrRefused) {
				t.Errorf("removed %v, %v", removed, err)
			}
		})
	}
}

// Its data is where links lead to, however they do: what is open there by another path is in use here.
func TestLinkedBelow(t *testing.T) {
	hosttest.Beside(t)
	for name, links := range map[string][][2]string{ // where each link is, and what it says; DATA and DISK are absolute
		"absolute":              {{"DATA/wal", "DISK"}},
		"relative, and deep":    {{"DATA/a/b/wal", "../../../disk"}},
		"to the file":           {{"DATA/wal", "DISK/000017.log"}},
		"one after the other":   {{"DATA/wal", "DISK/../hop"}, {"DISK/../hop", "disk"}},
		"behind a link":         {{"DATA/wal", "DISK/../other"}, {"DISK/../other/seg", "DISK"}},
		"through a link and ..": {{"DATA/wal", "DISK/../far/../disk"}, {"DISK/../far", "deep/er"}},
	} {
		t.Run(name, func(t *testing.T) {
			base := hosttest.TempDir(t)
			dir, disk := hosttest.MakeStale(t, base+"/data"), hosttest.MakeDir(t, base+"/disk")
			if name == "through a link and .." {
				hosttest.MakeDir(t, base+"/deep/er")
				disk = hosttest.MakeDir(t, base+"/deep/disk")
			}
			for _, l := range links {
				at, to := strings.NewReplacer("DATA", dir, "DISK", base+"/disk"), l[1]
				hosttest.MakeDir(t, filepath.Dir(at.Replace(l[0])))
				if err := os.Symlink(at.Replace(to), at.Replace(l[0])); err != nil {
					t.Fatal(err)
				}
			}
			hosttest.WritePidfile(t, dir, writes(t, disk+"/000017.log"))
			hosttest.WantVerdict(t, lookAt(t, ProbeAuto, dir), report.Unguarded, report.PIDAlive)
		})
	}
	t.Run("to devices and programs, which many use", func(t *testing.T) {
		dir := hosttest.MakeStale(t, hosttest.TempDir(t)+"/data")
		sleep, err := exec.LookPath("sleep")
		if err != nil {
			t.Fatal(err)
		}
		for name, target := range map[string]string{"null": "/dev/null", "bin": filepath.Dir(sleep), "self": ".", "up": ".."} {
			if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
		stranger := exec.Command(sleep, "1000")
		stranger.Dir = "/"
		hosttest.Begin(t, stranger)
		hosttest.WritePidfile(t, dir, stranger.Process.Pid)
		hosttest.Eventually(t, "it runs its own program", func() bool {
			exe, _ := os.Readlink(fmt.Sprintf("/proc/%d/exe", stranger.Process.Pid))
			return filepath.Base(exe) == filepath.Base(sleep)
		})
		hosttest.WantVerdict(t, lookAt(t, ProbeAuto, dir), report.Stale, report.PIDUnrelated)
	})
}

// What a process has open on a disk that was unmounted meanwhile may be anywhere.
func TestUnmountedBelow(t *testing.T) {
	hosttest.Beside(t)
	root := hosttest.TempDir(t)
	dir := hosttest.MakeStale(t, root+"/data")
	disk := hosttest.Mount(t, "-t", "tmpfs", "tmpfs")
	hosttest.Run(t, "mount", "--bind", disk, hosttest.MakeDir(t, dir+"/wal"))
	hosttest.WritePidfile(t, dir, writes(t, dir+"/wal/000017.log"))
	hosttest.Run(t, "umount", "-l", dir+"/wal")
	hosttest.WantVerdict(t, lookAt(t, ProbeAuto, dir), report.Unknown, report.Permission)
}

// A live daemon's directory is looked at from behind a FUSE file system, by an overlay's layer, or is a copy.
func TestHoldsAnother(t *testing.T) {
	hosttest.Beside(t)
	for name, view := range map[string]func(t *testing.T) (theirs, ours string){
		"behind FUSE": func(t *testing.T) (string, string) {
			f := hosttest.MountFUSE(t)
			return f.Dir + "/data", f.Source + "/data"
		},
		"in an overlay's upper layer": func(t *testing.T) (string, string) {
			o := hosttest.MountOverlay(t)
			return o.Merged + "/data", o.Upper + "/data"
		},
		"a copy": func(t *testing.T) (string, string) {
			base := hosttest.TempDir(t)
			return base + "/data", base + "/copy"
		},
	} {
		t.Run(name, func(t *testing.T) {
			theirs, ours := view(t)
			w := locktest.TestWorld(t)
			site := hosttest.Play(t, w, theirs, locktest.HeldPlain)
			if _, err := os.Stat(ours); err != nil {
				hosttest.Run(t, "cp", "-a", theirs, ours)
			}
			for _, probe := range []Probe{ProbeAuto, ProbeFlock} {
				r := lookAt(t, probe, ours)
				if r.Verdict.State != report.Unknown {
					t.Errorf("%v: %v %v", probe, r.Verdict.State, r.Verdict.Reasons.List())
				}
				if removed, err := breaks(r); len(removed) > 0 || !errors.Is(err, lock.ErrRefused) {
					t.Errorf("%v: removed %v, %v", probe, removed, err)
				}
				if summary, _ := r.Explain(); !r.Verdict.Reasons.Has(report.HoldsAnother) || !strings.Contains(summary, theirs) {
					t.Errorf("%v: %q does not name %s", probe, summary, theirs)
				}
			}
			// Behind the view, a heir's lock is as invisible as a daemon's.
			child, err := site.Procs[0].Fork("logrotate", "/etc/logrotate.conf")
			if err != nil {
				t.Fatal(err)
			}
			site.Procs[0].Kill()
			for _, probe := range []Probe{ProbeAuto, ProbeFlock} {
				if r := lookAt(t, probe, ours); name != "a copy" && r.Verdict.State != report.Unknown {
					t.Errorf("%v: %v keeps the lock: %v %v", probe, child, r.Verdict.State, r.Verdict.Reasons.List())
				}
			}
		})
	}
}

// With another pidfile there, the lock is another tenant's and proves nothing here.
func TestHoldsAnothersLock(t *testing.T) {
	root := t.TempDir()
	site := hosttest.Play(t, locktest.TestWorld(t), root+"/theirs", locktest.HeldPlain)
	dir := hosttest.MakeStale(t, root+"/ours")
	hosttest.WritePidfile(t, dir, site.Procs[0].PID)
	hosttest.WantVerdict(t, lookAt(t, ProbeAuto, dir), report.Stale, report.PIDUnrelated)
}

// writes starts a process elsewhere that has a file open for writing, and returns its PID.
func writes(t *testing.T, file string) int {
	t.Helper()
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	cmd := exec.Command("sleep", "1000")
	cmd.Dir, cmd.ExtraFiles = "/", []*os.File{f}
	hosttest.Begin(t, cmd)
	return cmd.Process.Pid
}

// A daemon leaves all work to a process that it started, and that does not have the lock.
func TestWorkedByAChild(t *testing.T) {
	hosttest.Beside(t)
	// It starts a process that works in a directory, until the test ends, and waits for it.
	const supervisor = `exec 3<&0; (cd "$0" && echo ok && exec cat <&3) 9>&- & wait`
	start := func(script string, args ...string) int {
		cmd := exec.Command("sh", append([]string{"-c", script}, args...)...)
		cmd.Dir = "/"
		hosttest.Talk(t, cmd)
		return cmd.Process.Pid
	}
	for name, test := range map[string]struct {
		works   string        // where the child works
		written time.Duration // when the pidfile was written, from now
		want    report.State
	}{
		"here":       {"data", time.Hour, report.Unknown},
		"elsewhere":  {"other", time.Hour, report.Stale},
		"of another": {"data", -time.Hour, report.Stale}, // which has the PID since
	} {
		t.Run(name, func(t *testing.T) {
			root := hosttest.TempDir(t)
			dir := hosttest.MakeStale(t, root+"/data")
			hosttest.MakeDir(t, root+"/other")
			hosttest.WritePidfile(t, dir, start(supervisor, root+"/"+test.works))
			setTime(t, dir+"/.handoff.pidfile", test.written)
			r := lookAt(t, ProbeAuto, dir)
			if summary, _ := r.Explain(); r.Verdict.State != test.want {
				t.Errorf("%s: %s", r.Verdict.State, summary)
			}
			if removed, err := breaks(r); (err == nil) != (test.want == report.Stale) {
				t.Errorf("a break removes %q: %v", removed, err)
			}
		})
	}
	t.Run("of an heir", func(t *testing.T) {
		hosttest.NeedTool(t, "flock")
		dir := hosttest.MakeStale(t, hosttest.TempDir(t)+"/data")
		start(`exec 9>>"$0/.handoff.lock" && flock -n 9 && exec 3<&0 && { sh -c "$1" "$0" <&3 & }`, dir, supervisor)
		r := lookAt(t, ProbeAuto, dir)
		hosttest.WantVerdict(t, r, report.Orphaned, report.PIDGone, report.InheritedFD)
		if command := r.Command(); !strings.HasPrefix(command, "ps ") {
			t.Errorf("%q", command)
		}
	})
}

// The PID that the pidfile of an orphaned lock names is another process's by
// now, which started later: the one that was meant is as gone as before.
func TestOrphanedPIDReused(t *testing.T) {
	world, root := locktest.TestWorld(t), t.TempDir()
	site := hosttest.Play(t, world, filepath.Join(root, "kv"), locktest.OrphanedPlain)
	stranger, err := world.Daemon(filepath.Join(t.TempDir(), "elsewhere"))
	if err != nil {
		t.Fatal(err)
	}
	pidfile := filepath.Join(site.Dir, lock.DefaultNames.Pidfile)
	hosttest.WriteFile(t, pidfile, fmt.Sprintln(stranger.PID))
	setTime(t, pidfile, -time.Hour)
	r := lookAt(t, ProbeAuto, site.Dir)
	if r.Verdict.State != report.Orphaned || !r.Verdict.Reasons.Has(report.PIDReused) {
		summary, _ := r.Explain()
		t.Errorf("%s %v: %s", r.Verdict.State, r.Verdict.Reasons.List(), summary)
	}
}

// Tenants set the times of files as they like. A temporary pidfile from the future is not
// one of an acquire in progress for ever.
func TestAcquiringInTheFuture(t *testing.T) {
	world, root := locktest.TestWorld(t), t.TempDir()
	site := hosttest.Play(t, world, filepath.Join(root, "kv"), locktest.UnnamedPlain)
	temp := filepath.Join(site.Dir, lock.DefaultNames.Pidfile+".tmp")
	hosttest.WriteFile(t, temp, "1\n")
	setTime(t, temp, 24*time.Hour)
	if r := lookAt(t, ProbeAuto, site.Dir); r.Verdict.State != report.Unnamed {
		t.Errorf("%s %v", r.Verdict.State, r.Verdict.Reasons.List())
	}
}

func setTime(t *testing.T, path string, ago time.Duration) {
	t.Helper()
	then := time.Now().Add(ago)
	if err := os.Chtimes(path, then, then); err != nil {
		t.Fatal(err)
	}
}
