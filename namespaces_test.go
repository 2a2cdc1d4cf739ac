package main

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"lockscope/lock/locktest"
	"lockscope/scan/hosttest"
)

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
	for name, options := range map[string][]string{"own proc": {"--mount-proc"}, "proc of the host": nil} {
		for _, probe := range probes {
			if probe == "never" && options == nil {
				continue // the host's lock table tells
			}
			t.Run(name+"/"+probe, func(t *testing.T) {
				args := append([]string{"--pid", "--fork"}, options...)
				lines, _ := lockscope(t, exec.Command("unshare", append(args, "lockscope", "-o", "ndjson", "--probe", probe, root)...))
				want := map[string]string{
					"held":        "held [holder-not-visible]",
					"held-shared": "held [holder-not-visible]",
					"mismatch":    "held [holder-not-visible]",
					"orphaned":    "held [holder-not-visible]",
					"unnamed":     "unnamed [pidfile-missing]",
					"free":        "free []",
				}
				for scene, want := range want {
					if probe == "never" {
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
				while read line; do lockscope -o ndjson "$0" | grep '"type":"dir"'; done`
			cmd := exec.Command("unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", script, dir, written)
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
			lines, _ := lockscope(t, command("-o", "ndjson", dir))
			if l := lines[dir]; l.State != "stale" {
				t.Errorf("seen from outside: %v %v, want stale", l.State, l.Reasons)
			}
		})
	}
}

// Who shares the lock keeps every daemon out, and is seen however the lock is looked at; where that cannot be, nothing
// is said that was not established.
func TestSharedInPIDNamespace(t *testing.T) {
	hosttest.NeedRoot(t, "make namespaces")
	hosttest.NeedTool(t, "unshare")
	root := hosttest.TempDir(t)
	hosttest.Play(t, locktest.TestWorld(t), root, locktest.UnnamedShared)
	cmd := exec.Command("unshare", "--pid", "--fork", "--mount-proc", "lockscope", "-o", "ndjson", root)
	lines, _ := lockscope(t, cmd)
	if l := lines[root]; l.State != "unknown" || fmt.Sprint(l.Reasons) != "[open-elsewhere]" {
		t.Errorf("%+v", l)
	}
}
