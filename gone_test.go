package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"lockscope/lock/proc"
)

// children are the processes, and what they have started, that a command has started: they have its environment.
func children(t *testing.T, variable string) (pids []int) {
	t.Helper()
	all, err := proc.Host.Processes()
	if err != nil {
		t.Fatal(err)
	}
	for _, pid := range all {
		environ, _ := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid)) // not of one that has ended
		if bytes.Contains(environ, []byte(variable+"\x00")) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// When the terminal is gone, as when a connection breaks, the demo goes, whatever the screen shows.
func TestTerminalGoneFromDemo(t *testing.T) {
	for name, keys := range map[string][]string{
		"table": nil, "filter": {"/kvd", "filtered"}, "dialog": {"B", "[ Cancel ]"}, "log": {"l", "log since the start"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd, terminal, await := onTerminal(t, "xterm-256color", "--demo", "-s", "stale", "--timeout", "1m")
			await("/shard-") // a row
			if keys != nil {
				write(t, terminal, keys[0])
				await(keys[1])
			}
			sandbox := tempDir(cmd)
			if n := len(children(t, "TMPDIR="+sandbox)); len(entries(t, sandbox)) == 0 || n < 5 {
				t.Fatalf("%d processes, %v in %s", n, entries(t, sandbox), sandbox)
			}
			if err := terminal.Close(); err != nil {
				t.Fatal(err)
			}
			if status := exitStatus(t, cmd); status == 0 {
				t.Errorf("exit status %d", status)
			}
			if left := entries(t, sandbox); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
			if left := children(t, "TMPDIR="+sandbox); len(left) > 0 {
				t.Errorf("processes left behind: %v", left)
			}
		})
	}
}

// When the terminal is gone while a break is asked for, nothing is broken.
func TestTerminalGoneFromDialog(t *testing.T) {
	root := staleTree(t, "tenant-a", "tenant-b")
	cmd, terminal, await := onTerminal(t, "xterm-256color", "-s", "stale", "--timeout", "1m", root)
	await("tenant-")
	write(t, terminal, "B")
	await("[ Cancel ]")
	if err := terminal.Close(); err != nil {
		t.Fatal(err)
	}
	if status := exitStatus(t, cmd); status == 0 {
		t.Errorf("exit status %d", status)
	}
	for _, name := range []string{"tenant-a", "tenant-b"} {
		if _, err := os.Stat(filepath.Join(root, name, ".handoff.pidfile")); err != nil {
			t.Error(err)
		}
	}
	if text, err := os.ReadFile(filepath.Join(os.Getenv("XDG_STATE_HOME"), "lockscope/audit.ndjson")); len(text) > 0 {
		t.Errorf("on record: %s (%v)", text, err)
	}
}
