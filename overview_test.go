package main

import (
	"os"
	"path/filepath"
	"testing"

	"lockscope/scan/hosttest"
)

// Beside a root that cannot be read, that there is no problem is said of the other roots alone.
func TestScreenOfUnreadRoot(t *testing.T) {
	t.Parallel()
	root := hosttest.Tree(t, "a/data")
	_, terminal, await := onTerminal(t, "xterm-256color", root, filepath.Join(root, "missing"))
	await("no problems in what was read")
	await("1 error")
	write(t, terminal, "q")
	await("\x1b[?1049l")
}

// A problem that comes up is told, with the key that goes there, and rings where that is asked for.
func TestScreenTellsNewProblem(t *testing.T) {
	t.Parallel()
	root := hosttest.Tree(t, "a/data")
	config := filepath.Join(t.TempDir(), "config.toml")
	if err := os.WriteFile(config, []byte("bell = true\ntitle = true\n[view]\nsort = \"directory\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, terminal, await := onTerminal(t, "xterm-256color", "--config", config, root)
	await("✓ no problems")
	await("DIRECTORY▲")
	hosttest.MakeStale(t, root+"/b/data")
	await("+1 stale")
	await("goes there")
	await("\a")
	await("]2;+1 stale - lockscope ")
	write(t, terminal, "NN") // there, and where no other is
	await("no problem further up")
	write(t, terminal, "q")
	await("\x1b[?1049l")
}
