package main

import (
	"io"
	"os"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/creack/pty"
)

// The table fits the terminal that it is printed on; elsewhere no line is cut.
func TestTableFitsTheTerminal(t *testing.T) {
	name := strings.Repeat("tenant-", 20)
	root := staleTree(t, name)
	for _, test := range []struct {
		term, columns string
		size          uint16
		widest        int // 0 = the name is whole
	}{
		{"xterm", "", 80, 80},
		{"xterm", "120", 60, 60}, // what the terminal says counts
		{"dumb", "", 40, 40},
		{"xterm", "20", 0, 20},
		{"xterm", "", 0, 0},
		{"xterm", "wide", 0, 0},
	} {
		to := terminalEnds(t)
		if err := pty.Setsize(to.writer, &pty.Winsize{Rows: 24, Cols: test.size}); err != nil {
			t.Fatal(err)
		}
		cmd := command("--once", "--timeout", "1m", root)
		cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "TERM="+test.term, "COLUMNS="+test.columns)
		cmd.Stdout, cmd.Stderr = to.writer, nil
		startInSession(t, cmd)
		to.writer.Close()
		text, _ := io.ReadAll(terminalOutput{to.reader}) // EIO: the command has ended
		exitStatus(t, cmd)
		widest := 0
		for line := range strings.SplitSeq(ansi.Strip(string(text)), "\r\n") {
			widest = max(widest, len(line))
		}
		whole := strings.Contains(string(text), name)
		if !strings.Contains(string(text), "stale") || whole != (test.widest == 0) || test.widest > 0 && widest > test.widest {
			t.Errorf("%+v: %d cells, the name is whole: %t, in:\n%s", test, widest, whole, text)
		}
	}

	cmd := command("--once", "--timeout", "1m", root)
	cmd.Env = append(os.Environ(), "COLUMNS=20")
	if text, err := cmd.Output(); err != nil || !strings.Contains(string(text), name) {
		t.Errorf("into a pipe: %v, %s", err, text)
	}
}
