package scan

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
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
		cmd.Stderr = os.Stderr
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

// In a PID namespace of its own lockscope cannot see who holds a lock outside,
// and that it cannot see anybody does not mean that nobody is there.
func TestInsidePIDNamespace(t *testing.T) {
	hosttest.NeedRoot(t, "make namespaces")
	hosttest.NeedTool(t, "unshare")
	root := hosttest.TempDir(t)
	w := locktest.TestWorld(t)
	for _, scene := range []locktest.Scene{
		locktest.HeldPlain, locktest.HeldShared, locktest.MismatchPlain, locktest.OrphanedPlain, locktest.UnnamedPlain,
		locktest.FreePlain,
	} {
		hosttest.Play(t, w, filepath.Join(root, scene.Name), scene)
	}
	exe := buildCommand(t)
	for name, options := range map[string][]string{"own proc": {"--mount-proc"}, "proc of the host": nil} {
		for _, probe := range probes {
			if probe == observe.ProbeNever && options == nil {
				continue // the host's lock table tells
			}
			t.Run(name+"/"+probe.String(), func(t *testing.T) {
				args := append([]string{"--pid", "--fork"}, options...)
				lines, _ := lockscope(t, exec.Command("unshare", append(args, exe, "-o", "ndjson", "--probe", probe.String(), root)...))
				want := map[string]string{
					"held":        "held [holder-not-visible]",
					"held-shared": "held [holder-not-visible]",
					"mismatch":    "held [holder-not-visible]",
					"orphaned":    "held [holder-not-visible]",
					"unnamed":     "unnamed [pidfile-missing]",
					"free":        "free []",
				}
				for scene, want := range want {
					if probe == observe.ProbeNever {
						want = "unknown [not-probed]"
					}
					l := lines[filepath.Join(root, scene)]
					t.Log(scene, l.State, l.Reasons, l.Summary, "=>", l.Next)
					if got := fmt.Sprint(l.State, " ", l.Reasons); got != want {
						t.Errorf("%s: %s, want %s", scene, got, want)
					}
				}
			})
		}
	}
}

// A PID is given out again: by the kernel, in a small namespace.
func TestPIDGivenOutAgain(t *testing.T) {
	hosttest.NeedRoot(t, "make namespaces")
	hosttest.NeedTool(t, "unshare", "flock", "touch")
	root := hosttest.TempDir(t)
	exe := buildCommand(t)
	for name, written := range map[string]string{"pid-unrelated": "now", "pid-reused": "-1 hour"} {
		t.Run(name, func(t *testing.T) {
			dir := hosttest.MakeDir(t, filepath.Join(root, name))
			script := `
				sh -c 'exec 9>>"$0/.handoff.lock" && flock -n 9 && echo $$ >"$0/.handoff.pidfile"' "$0" || exit
				pid=$(cat "$0/.handoff.pidfile")
				touch -d "$1" "$0/.handoff.pidfile"
				echo $((pid - 1)) >/proc/sys/kernel/ns_last_pid || exit
				sleep 1000 &
				echo ok $pid $!
				while read line; do "$2" -o ndjson "$0" | grep '"type":"dir"'; done`
			cmd := exec.Command("unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", script, dir, written, exe)
			cmd.Stderr = os.Stderr
			said, say := hosttest.Talk(t, cmd)
			f := strings.Fields(said)
			if len(f) != 3 || f[1] != f[2] {
				t.Fatalf("the PIDs are %v, and should be the same", f)
			}
			if pid, err := strconv.Atoi(f[1]); err != nil || pid < 2 {
				t.Fatal(said)
			}
			inside := say("look")
			if !strings.Contains(inside, `"state":"stale","reasons":["`+name+`"]`) {
				t.Errorf("seen from inside, want %s: %s", name, inside)
			}
			// Outside, that PID is somebody else's, or nobody's.
			if r := once(t, Config{Roots: []string{dir}}).at(t, dir); r.Verdict.State != report.Stale {
				t.Errorf("seen from outside: %v %v, want stale", r.Verdict.State, r.Verdict.Reasons.List())
			}
		})
	}
}
