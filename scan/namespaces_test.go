package scan

import (
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

// A daemon in a container writes the PID that it knows into its pidfile.
func TestContainers(t *testing.T) {
	hosttest.NeedRoot(t, "make namespaces")
	root := hosttest.TempDir(t)
	w := locktest.TestWorld(t)
	sites := map[string]*locktest.Site{}
	for _, scene := range locktest.Containers {
		site, err := w.Play(filepath.Join(root, scene.Name), scene)
		if err != nil {
			t.Skip("needs PID namespaces: ", err)
		}
		sites[scene.Name] = site
	}
	for _, probe := range []observe.Probe{observe.ProbeAuto, observe.ProbeFlock} {
		f := once(t, Config{Roots: []string{root}, Probe: probe})
		for name, site := range sites {
			t.Run(probe.String()+"/"+name, func(t *testing.T) {
				r := f.at(t, site.Dir)
				summary, next := r.Explain()
				t.Log(r.Verdict.State, r.Verdict.Reasons.List(), summary, "=>", next)
				if _, err := os.Readlink("/proc/1/ns/mnt"); err != nil && site.State == locktest.Stale {
					t.Skip("needs to see what our own PID 1 uses: ", err)
				}
				if got := r.Verdict.State.String(); got != string(site.State) {
					t.Errorf("state %s, want %s\n%+v", got, site.State, r.Evidence)
				}
				here := site.Procs[0].PID
				switch site.State {
				case locktest.Held:
					if h := holderOf(r, here); h == nil || h.Process.NSPID != 1 {
						t.Errorf("holders %v, want %d", r.Evidence.Holders, here)
					}
					if p := r.Evidence.Owner; p == nil || p.PID != here || r.Evidence.Process != lock.ProcessAlive {
						t.Errorf("the pidfile's process is %v, want %d", p, here)
					}
					if want := fmt.Sprintf("1 in its namespace, %d here", here); !strings.Contains(summary, want) {
						t.Errorf("%q does not say %q", summary, want)
					}
				case locktest.Unguarded:
					if want := fmt.Sprint("ps -o pid,ppid,lstart,args -p ", here); !strings.HasSuffix(next, want) || r.Command() != want {
						t.Errorf("%q and %q, want %q", next, r.Command(), want)
					}
				}
			})
		}
	}
}

// shellDaemon is a daemon of the directory $1, played by a shell that takes
// the lock by flock(1) and does what it is told after that.
const shellDaemon = `
	exec 8>>"$1/000017.log" 9>>"$1/.handoff.lock" && flock -n 9 && echo $$ >"$1/.handoff.pidfile" && echo ok $$ &&
	while read command; do eval "$command"; echo done; done`

// A daemon may see its directory at another path than we do.
func TestMountNamespaces(t *testing.T) {
	hosttest.NeedRoot(t, "make namespaces")
	hosttest.NeedTool(t, "unshare", "flock", "mount")
	root := hosttest.TempDir(t)
	start := func(name string) (dir string, pid int, say func(string) string) {
		t.Helper()
		dir = hosttest.MakeDir(t, filepath.Join(root, name))
		there := hosttest.MakeDir(t, filepath.Join(hosttest.TempDir(t), "there"))
		script := `mount --bind "$0" "$1" &&` + shellDaemon
		cmd := exec.Command("unshare", "--mount", "sh", "-c", script, dir, there)
		said, say := hosttest.Talk(t, cmd)
		if _, err := fmt.Sscan(said, new(string), &pid); err != nil {
			t.Fatal(err)
		}
		return dir, pid, say
	}
	held, holder, _ := start("held")
	orphaned, _, say := start("orphaned")
	say("echo 2147483647 >$1/.handoff.pidfile")
	split, splitter, _ := start("split")
	if err := os.Remove(filepath.Join(split, lock.DefaultNames.Lock)); err != nil {
		t.Fatal(err)
	}
	hosttest.MakeData(t, split)
	unguarded, unguard, say := start("unguarded")
	say("flock -u 9")
	stale, _, say := start("stale")
	say("exec 8>&- 9>&-")

	for _, probe := range []observe.Probe{observe.ProbeAuto, observe.ProbeFlock} {
		t.Run(probe.String(), func(t *testing.T) {
			f := once(t, Config{Roots: []string{root}, Probe: probe})
			if r := expect(t, f, held, report.Held); holderOf(r, holder) == nil {
				t.Errorf("holders %v, want %d", r.Evidence.Holders, holder)
			}
			expect(t, f, orphaned, report.Orphaned, report.PIDGone, report.InheritedFD)
			if r := expect(t, f, split, report.Split, report.LockfileDeleted); holderOf(r, splitter) == nil {
				t.Errorf("holders %v, want %d", r.Evidence.Holders, splitter)
			}
			if r := expect(t, f, unguarded, report.Unguarded, report.PIDAlive); r.Evidence.Owner == nil || r.Evidence.Owner.PID != unguard {
				t.Errorf("owner %v, want %d", r.Evidence.Owner, unguard)
			}
			expect(t, f, stale, report.Stale, report.PIDUnrelated)
		})
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
	said, _ := hosttest.Talk(t, cmd)
	r := expect(t, once(t, Config{Roots: []string{dir}}), dir, report.Orphaned, report.PIDGone, report.InheritedFD)
	summary, next := r.Explain()
	t.Log(said, summary, next)
	if h := r.Evidence.Holders; len(h) != 1 || !strings.HasPrefix(h[0].Process.Command, "sleep") || r.Command() != fmt.Sprint("kill ", h[0].Process.PID) {
		t.Errorf("%v: %q", h, r.Command())
	}
}

// That our own process of a PID cannot be looked at does not hide that a container's
// process of that PID uses the directory.
func TestUnguardedInContainerOfUnseenPID(t *testing.T) {
	hosttest.NeedRoot(t, "make namespaces and other users")
	if _, err := os.Readlink("/proc/1/ns/mnt"); err == nil {
		t.Skip("needs a PID 1 that has more privileges than this program")
	}
	w := locktest.TestWorld(t)
	for _, scene := range locktest.Containers {
		if scene.State != locktest.Unguarded {
			continue
		}
		site, err := w.Play(filepath.Join(hosttest.TempDir(t), "data"), scene)
		if err != nil {
			t.Skip("needs PID namespaces: ", err)
		}
		expect(t, once(t, Config{Roots: []string{site.Dir}}), site.Dir, report.Unguarded, report.PIDAlive)
	}
}
