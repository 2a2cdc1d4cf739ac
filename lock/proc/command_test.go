package proc

import (
	"os"
	"slices"
	"strings"
	"testing"
)

func TestCommand(t *testing.T) {
	f := fixture(t)
	for pid, want := range map[int]struct {
		comm, name, command string
		arguments           []string
	}{
		1:       {"a) R 2 (\nb) Z 3 3 3", "[a) R 2 (\nb) Z 3 3 3]", "/usr/bin/kvd --name a b", []string{"/usr/bin/kvd", "--name", "a b"}},
		2:       {"", "", "", nil}, // nobody
		5000002: {"kvd", "[kvd]", "[kvd]", nil},
		5000006: {"kworker/u8:1-events_unbound", "[kworker/u8:1-events_unbound]", "[kworker/u8:1-events_unbound]", nil},
		5000007: {"", "[]", "[]", nil},
	} {
		task := f.Task(pid)
		if comm, name, command := task.Comm(), task.Name(), task.Command(); comm != want.comm || name != want.name || command != want.command {
			t.Errorf("%d: %q, %q, %q, want %+v", pid, comm, name, command, want)
		}
		if got := task.Arguments(); !slices.Equal(got, want.arguments) {
			t.Errorf("%d: arguments %q, want %q", pid, got, want.arguments)
		}
	}
}

// No more than the limit is kept of a command line, however long it is.
func TestLongCommand(t *testing.T) {
	task := fixture(t).Task(1)
	line := strings.Repeat("x\x00", maxArguments)
	if err := os.WriteFile(string(task)+"/cmdline", []byte(line), 0o644); err != nil {
		t.Fatal(err)
	}
	if got, want := task.Command(), strings.Repeat("x ", MaxCommand/2); got != strings.TrimSpace(want) {
		t.Errorf("%d bytes, want %d", len(got), len(want)-1)
	}
	if got := len(task.Arguments()); got != maxArguments/2 {
		t.Errorf("%d arguments, want %d", got, maxArguments/2)
	}
}
