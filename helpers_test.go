package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"lockscope/scan/hosttest"
)

// commandName is that by which the test binary knows that it is not to test.
const commandName = "lockscope"

// command is lockscope as a process of its own. Where another program is to run it, "lockscope" in $PATH is
// the same: see [testscript.Main].
func command(args ...string) *exec.Cmd {
	cmd := exec.Command("/proc/self/exe", args...)
	cmd.Args[0] = commandName
	cmd.Stderr = os.Stderr
	return cmd
}

// probes are the ways to look at locks.
var probes = []string{"auto", "flock", "never"}

// event is what a line of ndjson tells, and line is why.
type event struct {
	Type, Path, State string
	From              state
	Dirs              int
}

// state is that before a change. Of a hand-off the key has a process, which is left out.
type state string

func (s *state) UnmarshalJSON(text []byte) error {
	if text[0] != '{' {
		return json.Unmarshal(text, (*string)(s))
	}
	return nil
}

type line struct {
	event
	Reasons              []string
	Summary, Next, Error string
}

// follow starts a command, until the test ends, and returns a function for the next line of its output that is
// neither a hello nor a heartbeat.
func follow(t *testing.T, cmd *exec.Cmd) func() line {
	t.Helper()
	hosttest.Beside(t)
	r, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	hosttest.Begin(t, cmd)
	lines := make(chan line)
	go func() {
		defer close(lines)
		for scanner := bufio.NewScanner(r); scanner.Scan(); {
			var l line
			if err := json.Unmarshal(scanner.Bytes(), &l); err != nil && t.Context().Err() == nil {
				t.Errorf("%v in %s", err, scanner.Text())
			}
			if l.Type == "hello" || l.Type == "heartbeat" {
				continue
			}
			select {
			case lines <- l:
			case <-t.Context().Done():
				return
			}
		}
	}()
	return func() line {
		t.Helper()
		select {
		case l, ok := <-lines:
			if !ok {
				t.Fatal("the output ended")
			}
			return l
		case <-time.After(hosttest.Patience):
			t.Fatal("no line came")
		}
		return line{}
	}
}

// lockscope runs a command to its end, and returns the lines that it printed, by path, and its exit status.
func lockscope(t *testing.T, cmd *exec.Cmd) (lines map[string]line, status int) {
	t.Helper()
	hosttest.Beside(t)
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

// startInSession starts a command in a session of its own, without a controlling terminal.
func startInSession(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
}

// exitStatus waits for the end of a command, and returns its exit status, which is -1 after a signal.
func exitStatus(t *testing.T, cmd *exec.Cmd) int {
	t.Helper()
	if !endsWithin(t, cmd, hosttest.Patience) {
		cmd.Process.Kill()
		t.Fatal("it did not end")
	}
	return cmd.ProcessState.ExitCode()
}

// endsWithin waits for the end of a command, however it ends, up to a time limit.
func endsWithin(t *testing.T, cmd *exec.Cmd, limit time.Duration) bool {
	t.Helper()
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		return true
	case <-time.After(limit):
		return false
	}
}

// staleTree is a root with stale directories of these names.
func staleTree(t *testing.T, names ...string) (root string) {
	t.Helper()
	hosttest.Beside(t)
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	root = t.TempDir()
	for _, name := range names {
		hosttest.MakeStale(t, filepath.Join(root, name))
	}
	return root
}

// holdLocks starts one process that holds the locks of all these directories. It writes no pidfile.
func holdLocks(t *testing.T, dirs []string) (pid int) {
	t.Helper()
	hosttest.NeedTool(t, "bash", "flock")
	script := `for dir; do exec {fd}<"$dir/.handoff.lock" && flock -n $fd || exit; done; echo $$; read line`
	said, _ := hosttest.Talk(t, exec.Command("bash", append([]string{"-c", script, "daemon"}, dirs...)...))
	pid, err := strconv.Atoi(said)
	if err != nil {
		t.Fatalf("the daemon says %q", said)
	}
	return pid
}

// needStrace skips the test where strace is not there, or may trace nobody.
func needStrace(t *testing.T) {
	t.Helper()
	hosttest.NeedTool(t, "strace")
	if out, err := exec.Command("strace", "-f", "--seccomp-bpf", "-qq", "-o", "/dev/null", "true").CombinedOutput(); err != nil {
		t.Skipf("needs to trace processes: %v: %s", err, out)
	}
}
