package ui

import (
	"fmt"
	"strings"
	"testing"
)

// TestLeavesNothingInTmux: where tmux was resized meanwhile, only what was there before is left above
// the prompt.
func TestLeavesNothingInTmux(t *testing.T) {
	server := startTmux(t, `i=0; while :; do i=$((i+1)); echo start $i; "$SCREEN"; echo end $i; read go; done`)
	for i, sizes := range [][]int{{80, 12, 120, 30}, {150, 45, 60, 10, 80, 24}, {40, 12, 150, 45}} {
		server.see(fmt.Sprint("start ", i+1))
		server.see("tenant-0412")
		for ; len(sizes) > 0; sizes = sizes[2:] {
			server.run("resize-window", "-x", fmt.Sprint(sizes[0]), "-y", fmt.Sprint(sizes[1]))
			if !eventually(func() bool { // the foot is in the last line
				lines := strings.Split(strings.TrimRight(server.run("capture-pane", "-p"), "\n"), "\n")
				return len(lines) == sizes[1] && strings.Contains(lines[len(lines)-1], "q quit")
			}) {
				t.Fatalf("not drawn in %d x %d:\n%s", sizes[0], sizes[1], server.text())
			}
		}
		server.run("send-keys", "q")
		server.see(fmt.Sprint("end ", i+1))
		for line := range strings.Lines(server.text()) {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "start ") && !strings.HasPrefix(line, "end ") {
				t.Errorf("left is %q", line)
			}
		}
		server.run("send-keys", "Enter")
	}
}
