package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"lockscope/scan/hosttest"
)

// A host without lockscope gets a copy for as long as it is watched. Nobody else can enter the directory of the
// copy, and nothing is left behind: at the end, and also when the connection drops.
func TestFleetPush(t *testing.T) {
	t.Parallel()
	n := newSSHNet(t)
	web := n.start("web-01", "/usr/bin:/bin")
	root := staleAndFree(t)
	copies := n.dir + "/web-01/tmp"

	var stderr strings.Builder
	cmd := n.command("--host=web-01", "--check", root)
	cmd.Stderr = &stderr
	if out, err := cmd.Output(); cmd.ProcessState.ExitCode() != 3 || !strings.Contains(stderr.String(), "or let --push copy this one") {
		t.Errorf("%v: %s%s", err, out, stderr.String())
	}
	out, status := outputOf(t, n.command("--host=web-01", "--push", "-o", "table", root))
	if status != 0 || !strings.Contains(out, "on 1 host: 1 stale, 1 free; ") {
		t.Errorf("status %d: %s", status, out)
	}
	wantNothing := func(when string) {
		t.Helper()
		hosttest.Eventually(t, "nothing is left "+when, func() bool { return len(entries(t, copies)) == 0 })
	}
	wantNothing("at the end")

	for when, end := range map[string]func(kill func()){
		"where the connection drops":     func(func()) { web.drop() },
		"where the other side is killed": func(kill func()) { kill() },
	} {
		cmd := n.command("--host=web-01", "--push", "-w", "-o", "ndjson", root)
		next := watchFleet(t, cmd)
		untilLine(t, next, "a summary", func(l fleetLine) bool { return l.Type == "summary" && l.Lost == 0 })
		inside := entries(t, copies)
		if len(inside) != 1 {
			t.Fatalf("%d entries while it is watched", len(inside))
		}
		for path, want := range map[string]os.FileMode{inside[0].Name(): 0o700 | os.ModeDir, inside[0].Name() + "/lockscope": 0o700} {
			if info, err := os.Stat(filepath.Join(copies, path)); err != nil || info.Mode() != want {
				t.Errorf("%s: %v, %v, want %v", path, info, err, want)
			}
		}
		end(func() { cmd.Process.Kill() })
		if when == "where the connection drops" { // it is there again when that has come back
			untilLine(t, next, "a lost host", func(l fleetLine) bool { return l.Type == "host" && !l.Connected })
			hosttest.Eventually(t, "the first copy is gone", func() bool {
				_, err := os.Stat(filepath.Join(copies, inside[0].Name()))
				return os.IsNotExist(err)
			})
			cmd.Process.Kill()
		}
		wantNothing(when)
	}

	// A break needs the program there, too.
	out, status = outputOf(t, n.command("--host=web-01", "--push", "--break-stale", "--yes", root))
	if status != 0 || !strings.Contains(out, "removed .handoff.pidfile") {
		t.Errorf("status %d: %s", status, out)
	}
	wantNothing("after a break")
}

// Where it would not run, or not arrive whole, there is no push.
func TestFleetPushRefused(t *testing.T) {
	t.Parallel()
	n := newSSHNet(t)
	n.start("other", n.tools("other", "uname", "echo Linux riscv64"))
	n.start("full", n.tools("full", "head", "/usr/bin/head -c 1000"))
	n.start("nowhere", n.tools("nowhere", "mktemp", "echo mktemp: no space >&2; exit 1"))
	root := staleAndFree(t)
	for name, want := range map[string]string{"other": "it is Linux riscv64, and the lockscope here is for ", "full": "the copy of lockscope was cut short", "nowhere": "mktemp: no space"} {
		cmd := n.command("--host="+name, "--push", "-o", "json", root)
		out, status := outputOf(t, cmd)
		if status != 3 || !strings.Contains(out, want) {
			t.Errorf("%s: status %d, %s, want %q", name, status, out, want)
		}
		if left := entries(t, n.dir+"/"+name+"/tmp"); len(left) > 0 {
			t.Errorf("%s: left behind: %v", name, left)
		}
	}
}

// tools is a path to all that the system has, but for one program, which is a script.
func (n *sshNet) tools(host, name, script string) (path string) {
	dir := filepath.Join(n.dir, "tools-"+host)
	hosttest.MakeDir(n.t, dir)
	hosttest.WriteFile(n.t, filepath.Join(dir, name), "#!/bin/sh\n"+script+"\n")
	if err := os.Chmod(filepath.Join(dir, name), 0o755); err != nil {
		n.t.Fatal(err)
	}
	return dir + ":/usr/bin:/bin"
}

// A copy is pushed through every login shell that is here. They differ in what they say of a command that is
// missing, and in how they end, and csh ends a command at a line feed even in quotes.
func TestFleetPushThroughShells(t *testing.T) {
	t.Parallel()
	for _, shell := range []string{"sh", "bash", "zsh", "tcsh", "fish"} {
		path, err := exec.LookPath(shell)
		if err != nil {
			continue
		}
		dir, root := hosttest.TempDir(t), staleAndFree(t)
		hosttest.MakeDir(t, dir+"/tmp")
		ssh := "#!/bin/sh\nfor last; do :; done\nTMPDIR=" + dir + "/tmp PATH=/usr/bin:/bin exec " + path + " -c \"$last\"\n"
		if err := os.WriteFile(dir+"/ssh", []byte(ssh), 0o700); err != nil {
			t.Fatal(err)
		}
		out, status := outputOf(t, command("--ssh-command", dir+"/ssh", "--host=web-01", "--push", "-o", "table", root))
		if status != 0 || !strings.Contains(out, "on 1 host: 1 stale, 1 free; ") {
			t.Errorf("%s: status %d: %s", shell, status, out)
		}
		if left := entries(t, dir+"/tmp"); len(left) > 0 {
			t.Errorf("%s: %v is left", shell, left)
		}
	}
}
