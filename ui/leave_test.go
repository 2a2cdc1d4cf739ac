package ui

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestLeavesNothingInTmux: where tmux was resized meanwhile, only what was there before is left above
// the prompt.
func TestLeavesNothingInTmux(t *testing.T) {
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Skip("there is no tmux")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(t.TempDir(), "tmux")
	run := func(args ...string) string {
		cmd := exec.Command("tmux", append([]string{"-S", socket, "-f", "/dev/null"}, args...)...)
		cmd.Env = append(os.Environ(), childEnv+"=20", "SHELL=/bin/sh")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("tmux %q: %v, %s", args, err, out)
		}
		return string(out)
	}
	screen := func() string { return strings.TrimSpace(run("capture-pane", "-p", "-S", "-")) }
	see := func(text string) {
		t.Helper()
		if !eventually(func() bool { return strings.Contains(screen(), text) }) {
			t.Fatalf("no %q:\n%s", text, screen())
		}
	}
	t.Cleanup(func() { exec.Command("tmux", "-S", socket, "kill-server").Run() })
	run("new-session", "-d", "-x", "80", "-y", "24", "sh", "-c", "i=0; while :; do i=$((i+1)); echo start $i; "+self+"; echo end $i; read go; done")
	for i, sizes := range [][]int{{80, 12, 120, 30}, {150, 45, 60, 10, 80, 24}, {40, 12, 150, 45}} {
		see(fmt.Sprint("start ", i+1))
		see("tenant-0412")
		for ; len(sizes) > 0; sizes = sizes[2:] {
			run("resize-window", "-x", fmt.Sprint(sizes[0]), "-y", fmt.Sprint(sizes[1]))
			if !eventually(func() bool { // the foot is in the last line
				lines := strings.Split(strings.TrimRight(run("capture-pane", "-p"), "\n"), "\n")
				return len(lines) == sizes[1] && strings.Contains(lines[len(lines)-1], "q quit")
			}) {
				t.Fatalf("not drawn in %d x %d:\n%s", sizes[0], sizes[1], screen())
			}
		}
		run("send-keys", "q")
		see(fmt.Sprint("end ", i+1))
		for line := range strings.Lines(screen()) {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "start ") && !strings.HasPrefix(line, "end ") {
				t.Errorf("left is %q", line)
			}
		}
		run("send-keys", "Enter")
	}
}
