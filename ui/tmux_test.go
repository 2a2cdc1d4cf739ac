package ui

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"lockscope/scan/hosttest"
)

// tmuxServer is one of the test's own, which ends with it.
type tmuxServer struct {
	t      *testing.T
	socket string
}

// startTmux starts one with a window of 80x24 for a shell command. That finds the test binary, as a screen, in $SCREEN.
func startTmux(t *testing.T, command string) *tmuxServer {
	t.Helper()
	hosttest.NeedTool(t, "tmux")
	server := &tmuxServer{t, filepath.Join(t.TempDir(), "tmux")}
	t.Cleanup(func() { exec.Command("tmux", "-S", server.socket, "kill-server").Run() })
	server.run("new-session", "-d", "-x", "80", "-y", "24", "sh", "-c", command)
	return server
}

// run runs a command of tmux's, and returns what it says.
func (server *tmuxServer) run(args ...string) string {
	server.t.Helper()
	self, err := os.Executable()
	if err != nil {
		server.t.Fatal(err)
	}
	cmd := exec.Command("tmux", append([]string{"-S", server.socket, "-f", "/dev/null"}, args...)...)
	cmd.Env = append(os.Environ(), childEnv+"=20", "SCREEN="+self, "SHELL=/bin/sh") // the shell of nobody runs nothing
	out, err := cmd.CombinedOutput()
	if err != nil {
		server.t.Fatalf("tmux %q: %v, %s", args, err, out)
	}
	return string(out)
}

// text is what is on the window and above it.
func (server *tmuxServer) text() string {
	server.t.Helper()
	return strings.TrimSpace(server.run("capture-pane", "-p", "-S", "-"))
}

// see waits for a text.
func (server *tmuxServer) see(text string) {
	server.t.Helper()
	if !eventually(func() bool { return strings.Contains(server.text(), text) }) {
		server.t.Fatalf("no %q:\n%s", text, server.text())
	}
}
