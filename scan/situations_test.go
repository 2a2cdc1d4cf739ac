package scan

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"lockscope/lock"
	"lockscope/lock/locktest"
	"lockscope/scan/hosttest"
	"lockscope/scan/observe"
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
			root := hosttest.TempDir(t)
			w := locktest.TestWorld(t)
			stranger := hosttest.Play(t, w, root+"/other", locktest.HeldPlain).Procs[0]
			dir := hosttest.MakeStale(t, root+"/data")
			written := mountAt(t, hosttest.MakeDir(t, dir+"/wal"))
			hosttest.WritePidfile(t, dir, stranger.PID)
			expect(t, once(t, Config{Roots: []string{dir}}), dir, report.Stale, report.PIDUnrelated)

			hosttest.WritePidfile(t, dir, writes(t, written+"/000017.log"))
			r := expect(t, once(t, Config{Roots: []string{dir}}), dir, report.Unguarded, report.PIDAlive)
			if removed, err := breaks(r); len(removed) > 0 || !errors.Is(err, lock.ErrRefused) {
				t.Errorf("removed %v, %v", removed, err)
			}
		})
	}
}

// Its data is where links lead to, however they do: what is open there by another path is in use here.
func TestLinkedBelow(t *testing.T) {
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
			expect(t, once(t, Config{Roots: []string{dir}}), dir, report.Unguarded, report.PIDAlive)
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
		expect(t, once(t, Config{Roots: []string{dir}}), dir, report.Stale, report.PIDUnrelated)
	})
}

// What a process has open on a disk that was unmounted meanwhile may be anywhere.
func TestUnmountedBelow(t *testing.T) {
	root := hosttest.TempDir(t)
	dir := hosttest.MakeStale(t, root+"/data")
	disk := hosttest.Mount(t, "-t", "tmpfs", "tmpfs")
	hosttest.Run(t, "mount", "--bind", disk, hosttest.MakeDir(t, dir+"/wal"))
	hosttest.WritePidfile(t, dir, writes(t, dir+"/wal/000017.log"))
	hosttest.Run(t, "umount", "-l", dir+"/wal")
	expect(t, once(t, Config{Roots: []string{dir}}), dir, report.Unknown, report.Permission)
}

// A shell locks a descriptor of its own by flock(1), and works on: it inherited nothing.
func TestShellIsNoHeir(t *testing.T) {
	hosttest.NeedTool(t, "flock")
	dir := hosttest.MakeDir(t, hosttest.TempDir(t)+"/data")
	cmd := exec.Command("sh", "-c", `exec 9>>"$0/.handoff.lock" && flock -n 9 && cd / && echo ok && read line`, dir)
	cmd.Stderr = os.Stderr
	hosttest.Talk(t, cmd)
	r := once(t, Config{Roots: []string{dir}}).at(t, dir)
	summary, next := r.Explain()
	t.Log(summary, "=>", next)
	if r.Verdict.State != report.Unnamed || r.Command() != fmt.Sprint("ps -o pid,ppid,lstart,args -p ", cmd.Process.Pid) || strings.Contains(summary, "inherited") {
		t.Errorf("%v: %q => %q", r.Verdict.State, summary, r.Command())
	}
}

// A live daemon's directory is looked at from behind a FUSE file system, by an overlay's layer, or is a copy.
func TestHoldsAnother(t *testing.T) {
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
			for _, probe := range []observe.Probe{observe.ProbeAuto, observe.ProbeFlock} {
				r := once(t, Config{Roots: []string{ours}, Probe: probe}).at(t, ours)
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
			for _, probe := range []observe.Probe{observe.ProbeAuto, observe.ProbeFlock} {
				if r := once(t, Config{Roots: []string{ours}, Probe: probe}).at(t, ours); name != "a copy" && r.Verdict.State != report.Unknown {
					t.Errorf("%v: %v keeps the lock: %v %v", probe, child, r.Verdict.State, r.Verdict.Reasons.List())
				}
			}
		})
	}
}

// What nothing in the directory tells of is noticed all the same: that the daemon locks again, or lets go of the other lock.
func TestOwnerLocksAgain(t *testing.T) {
	hosttest.NeedTool(t, "flock")
	root := t.TempDir()
	lost := hosttest.MakeDir(t, root+"/lost")
	cmd := exec.Command("sh", "-c", shellDaemon, "sh", lost)
	cmd.Stderr = os.Stderr
	_, say := hosttest.Talk(t, cmd)
	say("flock -u 9")
	other := hosttest.Play(t, locktest.TestWorld(t), root+"/theirs", locktest.HeldPlain)
	hosttest.Run(t, "cp", "-a", root+"/theirs", root+"/copy")
	watch := startWatch(t, Config{Roots: []string{root}, Interval: soon})
	watch.untilState(t, lost, report.Unguarded)
	watch.untilState(t, root+"/copy", report.Unknown)
	say("flock -n 9")
	watch.untilState(t, lost, report.Held)
	if err := other.Procs[0].Release(); err != nil {
		t.Fatal(err)
	}
	watch.untilState(t, root+"/copy", report.Stale)
}

// With another pidfile there, the lock is another tenant's and proves nothing here.
func TestHoldsAnothersLock(t *testing.T) {
	root := t.TempDir()
	site := hosttest.Play(t, locktest.TestWorld(t), root+"/theirs", locktest.HeldPlain)
	dir := hosttest.MakeStale(t, root+"/ours")
	hosttest.WritePidfile(t, dir, site.Procs[0].PID)
	expect(t, once(t, Config{Roots: []string{dir}}), dir, report.Stale, report.PIDUnrelated)
}

// Somebody who cannot be seen has the lock file open: nothing is broken then.
func TestOpenUnseen(t *testing.T) {
	hosttest.NeedRoot(t, "take leases on what others made")
	dir := t.TempDir()
	hosttest.Play(t, locktest.TestWorld(t), dir, locktest.OpenUnseen)
	r := expect(t, once(t, Config{Roots: []string{dir}}), dir, report.Unknown, report.OpenElsewhere)
	if r.Breakable() {
		t.Error("a break is offered")
	}
}

// Who reads the lock file is named, and nothing else follows from it.
func TestOpenSeen(t *testing.T) {
	root := t.TempDir()
	site := hosttest.Play(t, locktest.TestWorld(t), root, locktest.StaleRead)
	r := expect(t, once(t, Config{Roots: []string{root}}), root, report.Stale, report.PIDGone, report.OpenElsewhere)
	reader := site.Procs[len(site.Procs)-1]
	if summary, _ := r.Explain(); !strings.Contains(summary, fmt.Sprint("backup ", reader.PID)) || !r.Breakable() {
		t.Errorf("%q, breakable %t", summary, r.Breakable())
	}
}

// Locks of other kinds are named with their holders, and refuse a break.
func TestOtherLocks(t *testing.T) {
	for _, scene := range []locktest.Scene{locktest.UnknownPosix, locktest.UnknownOFD} {
		for _, probe := range probes {
			t.Run(scene.Name+"/"+probe.String(), func(t *testing.T) {
				dir := t.TempDir()
				site := hosttest.Play(t, locktest.TestWorld(t), dir, scene)
				r := expect(t, once(t, Config{Roots: []string{dir}, Probe: probe}), dir, report.Unknown, report.PosixLock)
				holder := fmt.Sprint("kvd ", site.Procs[len(site.Procs)-1].PID)
				if summary, _ := r.Explain(); !strings.Contains(summary, holder) {
					t.Errorf("%q does not name %s", summary, holder)
				}
			})
		}
	}
}

// The daemon went on in the background after it had locked: nobody is told to end it.
func TestForkedAfterLock(t *testing.T) {
	dir := t.TempDir()
	site := hosttest.Play(t, locktest.TestWorld(t), dir, locktest.OrphanedDaemon)
	r := expect(t, once(t, Config{Roots: []string{dir}}), dir, report.Orphaned, report.PIDGone, report.InheritedFD)
	if command, want := r.Command(), fmt.Sprint("ps -o pid,ppid,lstart,args -p ", site.Holders[0].PID); command != want {
		t.Errorf("%q, want %q", command, want)
	}
}

// The number in a pidfile of a container is looked up there, whatever process has it here.
func TestOrphanedInContainer(t *testing.T) {
	hosttest.NeedRoot(t, "make namespaces")
	hosttest.NeedTool(t, "unshare", "flock")
	dir := hosttest.TempDir(t)
	// The shell in the middle is the daemon: its PID there is small. Its child inherits the lock, and the first
	// process of the namespace lives on.
	const daemon = `exec 9>>"$1/.handoff.lock"; flock -n 9; echo $$ >"$1/.handoff.pidfile"; cd /; sleep 1000 >/dev/null 2>&1 & echo $!`
	script := `child=$(sh -c '` + daemon + `' sh "$0"); echo ok $(cat "$0/.handoff.pidfile") $child; read line`
	cmd := exec.Command("unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", script, dir)
	cmd.Stderr = os.Stderr
	said, _ := hosttest.Talk(t, cmd)
	r := expect(t, once(t, Config{Roots: []string{dir}}), dir, report.Orphaned, report.PIDGone, report.InheritedFD)
	summary, next := r.Explain()
	t.Log(said, summary, next)
	if h := r.Evidence.Holders; len(h) != 1 || !strings.HasPrefix(h[0].Process.Command, "sleep") || r.Command() != fmt.Sprint("kill ", h[0].Process.PID) {
		t.Errorf("%v: %q", h, r.Command())
	}
}

// A disk was mounted over the directory of a daemon that runs on below.
func TestMountedOver(t *testing.T) {
	hosttest.NeedRoot(t, "mount")
	root := hosttest.TempDir(t)
	for i := range 3 {
		hosttest.Play(t, locktest.TestWorld(t), fmt.Sprintf("%s/t%d", root, i), locktest.HeldPlain)
	}
	dir := root + "/t1"
	w := locktest.TestWorld(t)
	below := hosttest.Play(t, w, dir+"2", locktest.HeldPlain).Procs[0]
	hosttest.MountOn(t, dir+"2", "-t", "tmpfs", "tmpfs")
	hosttest.MakeStale(t, dir+"2")
	for _, config := range []Config{{}, {Probe: observe.ProbeFlock}, {SummaryOnly: true}} {
		config.Roots = []string{root}
		f := once(t, config)
		if f.summary.States[report.Split] != 1 || f.summary.Dirs != 4 {
			t.Errorf("%+v: %+v", config, f.summary)
		}
		if config.SummaryOnly {
			continue
		}
		r := expect(t, f, dir+"2", report.Split, report.MountedOver)
		if h := holderOf(r, below.PID); h == nil || !h.Covered {
			t.Errorf("holders %v, want %d", r.Evidence.Holders, below.PID)
		}
	}
	openMany(t) // now the kernel's table is asked, and not each descriptor
	for _, roots := range []string{root, dir + "2"} {
		expect(t, once(t, Config{Roots: []string{roots}}), dir+"2", report.Split, report.MountedOver)
	}
	// One that starts on the mount is not all there is.
	above := hosttest.Play(t, w, dir+"2", locktest.HeldPlain).Procs[0]
	r := expect(t, once(t, Config{Roots: []string{root}}), dir+"2", report.Split, report.MountedOver)
	if holderOf(r, below.PID) == nil || holderOf(r, above.PID) == nil {
		t.Errorf("holders %v, want %d and %d", r.Evidence.Holders, below.PID, above.PID)
	}
}

// A directory is one, by however many paths it is reached.
func TestReachedTwice(t *testing.T) {
	hosttest.NeedRoot(t, "mount")
	root := hosttest.TempDir(t)
	one := hosttest.MakeStale(t, root+"/one/data")
	hosttest.MountOn(t, hosttest.MakeDir(t, root+"/a"), "--bind", root+"/one")
	hosttest.MountOn(t, hosttest.MakeDir(t, root+"/two"), "--bind", root+"/one")
	for _, brief := range []bool{false, true} {
		f := once(t, Config{Roots: []string{root}, SummaryOnly: brief})
		if f.summary.Dirs != 1 || f.summary.States[report.Stale] != 1 {
			t.Errorf("%+v", f.summary)
		}
		if !brief {
			expect(t, f, root+"/a/data", report.Stale, report.PIDGone) // the first in order
		}
	}
	watch := startWatch(t, Config{Roots: []string{root}, Interval: soon})
	watch.passes(t, 2)
	watch.Walk()
	watch.passes(t, 4)
	for path, most := range map[string]int{root + "/a/data": 1, one: 1, root + "/two/data": 1} {
		found := 0
		for _, c := range watch.changes(path) {
			if c.New {
				found++
			}
		}
		if found > most {
			t.Errorf("%s was found %d times", path, found)
		}
	}
}

// openMany makes this a host with too many descriptors for each to be looked at.
func openMany(t *testing.T) {
	t.Helper()
	for range 2000 {
		f, err := os.Open("/dev/null")
		if err != nil {
			t.Skip("needs more descriptors: ", err)
		}
		t.Cleanup(func() { f.Close() })
	}
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
