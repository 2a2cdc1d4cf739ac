package main

import (
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lockscope/lock/locktest"
	"lockscope/scan/hosttest"
)

// Whatever /proc keeps back, nothing is said that was not established, and it is said what is missing.
func TestProcHidden(t *testing.T) {
	hosttest.NeedRoot(t, "mount")
	hosttest.Beside(t)
	hosttest.NeedTool(t, "unshare", "setpriv", "mount", "umount")
	root := hosttest.TempDir(t)
	world := locktest.TestWorld(t)
	scenes := map[string]locktest.Scene{}
	for _, scene := range lasting() {
		scenes[hosttest.Play(t, world, filepath.Join(root, scene.Name), scene).Dir] = scene
	}
	const asNobody = "setpriv --reuid 65534 --clear-groups --bounding-set -all "
	for name, test := range map[string]struct{ mount, as, next string }{
		"missing":             {"umount -l /proc", "", "mount -t proc proc /proc"},
		"covered":             {"mount -t tmpfs none /proc", "", "mount -t proc proc /proc"},
		"read-only":           {"mount -o remount,bind,ro /proc", "", ""},
		"hidepid":             {"mount -t proc -o hidepid=2 proc /proc", asNobody, "run as root"},
		"hidepid, for root":   {"mount -t proc -o hidepid=2 proc /proc", "", ""},
		"hidepid, ptraceable": {"mount -t proc -o hidepid=4 proc /proc", asNobody, "run as root"},
		"processes only":      {"mount -t proc -o subset=pid proc /proc", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			script := test.mount + ` && exec ` + test.as + ` lockscope -o ndjson "$0"`
			lines, _ := lockscope(t, exec.Command("unshare", "--mount", "sh", "-c", script, root))
			said, helped := 0, false
			for dir, scene := range scenes {
				l := lines[dir]
				if l.Type != "dir" && l.Type != "error" {
					continue // a second directory of a scene is not among them
				}
				said++
				if test.next == "" && test.as == "" && name != "processes only" && l.State != string(scene.State) {
					t.Errorf("%s: %s %v, want %s: %s", scene, l.State, l.Reasons, scene.State, l.Summary)
				}
				if l.State != string(scene.State) && !mayBeSaid(l, scene.State) {
					t.Errorf("%s: %s %v is false: %s", scene, l.State, l.Reasons, l.Summary)
				}
				helped = helped || strings.Contains(l.Next, test.next)
			}
			if said != len(scenes) || !helped {
				t.Errorf("%d directories of %d; told to %q: %v", said, len(scenes), test.next, helped)
			}
		})
	}
}

// mayBeSaid reports whether it is true, though not the whole truth, of a directory in a state.
func mayBeSaid(l line, of locktest.State) bool {
	switch l.State {
	case "free": // where neither a lease nor the lock table could tell who shares the lock
		return of == locktest.Unnamed && l.Summary == "Nobody holds the lock exclusively."
	case "unknown":
		return l.Next != ""
	case "held": // but by whom was not seen
		return slices.Contains(l.Reasons, "holder-not-visible") && of != locktest.Free && of != locktest.Stale && of != locktest.Unguarded
	case "unnamed":
		return of == locktest.Orphaned || of == locktest.Mismatch
	}
	return false
}
