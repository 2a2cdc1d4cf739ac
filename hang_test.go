package main

import (
	"fmt"
	"os"
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
