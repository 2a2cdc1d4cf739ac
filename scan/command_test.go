package scan

import (
	"bufio"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"lockscope/scan/hosttest"
)

// buildCommand builds lockscope from the main package, for tests of what only
// a process of its own can show.
func buildCommand(t *testing.T) string {
	t.Helper()
	hosttest.NeedTool(t, "go")
	exe := filepath.Join(hosttest.TempDir(t), "lockscope")
	if _, err := os.Stat("../main.go"); errors.Is(err, fs.ErrNotExist) {
		t.Skip("needs the source of the main package")
	}
	hosttest.Run(t, "go", "build", "-buildvcs=false", "-o", exe, "..")
	return exe
}

// line is one line of ndjson.
type line struct {
	Type, Path, State, Error, Summary, Next string
	Reasons                                 []string
	Dirs                                    int
	Holders                                 []struct {
		PID     int
		Command string
	}
	Lock struct{ State, Source string }
}

// lockscope runs the command and returns what it printed and its exit status.
func lockscope(t *testing.T, cmd *exec.Cmd) (lines map[string]line, status int) {
	t.Helper()
	out, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	lines = map[string]line{}
	for text := range strings.Lines(string(out)) {
		var l line
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Fatalf("%v in %q", err, text)
		}
		lines[l.Path] = l
	}
	return lines, cmd.ProcessState.ExitCode()
}

func awaitLine(t *testing.T, lines *bufio.Scanner, dir, state string) {
	t.Helper()
	for lines.Scan() {
		var l line
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			t.Fatal(err)
		}
		if l.Path == dir && l.State == state {
			return
		}
	}
	t.Fatalf("%s never became %s", dir, state)
}
