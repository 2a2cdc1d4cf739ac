package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"lockscope/scan/hosttest"
)

// The process ends though threads of it are stuck, and takes nothing along.
func TestExitBesideHungMount(t *testing.T) {
	h := hosttest.MakeHungTree(t, 1)
	h.FUSE.Hang()
	lines, status := lockscope(t, command("-o", "ndjson", "--probe", "flock", "--timeout", "300ms", h.FUSE.Dir, h.Other))
	if status != 3 {
		t.Errorf("exit status %d, want 3", status)
	}
	if l := lines[h.FUSE.Dir]; l.Type != "error" || !strings.Contains(l.Error, "no answer in 300ms") {
		t.Errorf("%+v", l)
	}
	for _, dir := range h.Stale {
		if lines[dir].State != "stale" {
			t.Errorf("%s: %+v", dir, lines[dir])
		}
	}
}

// What comes back with an error after it was given up leaves nothing behind, and
// takes nothing that is not its own: descriptor 0, say.
func TestDescriptorsAfterHang(t *testing.T) {
	for name, roots := range map[string]func(h *hosttest.HungTree) []string{
		"root":  func(h *hosttest.HungTree) []string { return []string{h.FUSE.Dir, h.Other} },
		"below": func(h *hosttest.HungTree) []string { return []string{h.Root, h.Other} },
	} {
		t.Run(name, func(t *testing.T) {
			h := hosttest.MakeHungTree(t, 1)
			cmd := command(append([]string{"-w", "-o", "ndjson", "--probe", "flock", "--timeout", "300ms", "-i", "20ms", "-e", "source"}, roots(h)...)...)
			in, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close()
			dir := hosttest.MakeData(t, h.Other+"/new")
			h.FUSE.Hang()
			next := follow(t, cmd)
			for next().Type != "summary" {
			}
			until := func(state string) {
				for l := next(); l.Path != dir || l.State != state; l = next() {
				}
			}
			fd0 := fmt.Sprintf("/proc/%d/fd/0", cmd.Process.Pid)
			before, err := os.Readlink(fd0)
			if err != nil {
				t.Fatal(err)
			}
			h.FUSE.Server.Process.Kill() // every call fails
			h.FUSE.Server.Wait()
			for range 3 { // passes
				hosttest.WriteFile(t, dir+"/.handoff.pidfile", hosttest.DeadPID)
				until("stale")
				os.Remove(dir + "/.handoff.pidfile")
				until("free")
			}
			if now, err := os.Readlink(fd0); now != before {
				t.Errorf("standard input is %q (%v), was %q", now, err, before)
			}
		})
	}
}

// A process that works and has files open and mapped on a hung mount is told as any other, whether it holds the lock
// that its directory's pidfile names it for, or has nothing to do with the directory.
func TestHolderOnHungMount(t *testing.T) {
	hosttest.NeedTool(t, "python3")
	h := hosttest.MakeHungTree(t, 1)
	held, bystands := hosttest.MakeData(t, h.Other+"/held"), hosttest.MakeData(t, h.Other+"/bystands")
	unnamed := hosttest.MakeData(t, h.Other+"/unnamed") // for which all processes are searched
	hosttest.WriteFile(t, h.FUSE.Source+"/mapped", strings.Repeat("x", 4096))
	script := `
import fcntl, mmap, os, sys
fuse, held, bystands, unnamed = sys.argv[1:]
os.chdir(fuse)
opened = open("mapped")
m = mmap.mmap(opened.fileno(), 4096, prot=mmap.PROT_READ)
locks = [open(d + "/.handoff.lock") for d in (held, unnamed)]
for f in locks: fcntl.flock(f, fcntl.LOCK_EX)
for d in (held, bystands):
    with open(d + "/.handoff.pidfile", "w") as f: f.write("%d\n" % os.getpid())
print("ready", flush=True)
sys.stdin.readline()
`
	hosttest.Talk(t, exec.Command("python3", "-c", script, h.FUSE.Dir, held, bystands, unnamed))
	h.FUSE.Hang()
	for _, probe := range probes {
		lines, status := lockscope(t, command("-o", "ndjson", "--probe", probe, "--timeout", "1m", h.Other))
		want := map[string]string{held: "held", bystands: "stale", unnamed: "unnamed", h.Stale[0]: "stale"}
		if probe == "never" { // it cannot say that a lock is free
			want[bystands], want[h.Stale[0]] = "unknown", "unknown"
		}
		for dir, state := range want {
			if l := lines[dir]; status != 0 || l.State != state || strings.Contains(strings.Join(l.Reasons, " "), "timeout") {
				t.Errorf("%s: %s: exit status %d, want %s: %+v", probe, filepath.Base(dir), status, state, l)
			}
		}
	}
}
