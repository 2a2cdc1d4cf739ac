package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"lockscope/scan/hosttest"
)

// printingModes are all the ways to print.
var printingModes = [][]string{
	{"-o", "table"}, {"-o", "json"}, {"-o", "ndjson"}, {"-o", "prometheus"}, {"--once"}, {"--check"}, {"-w", "-o", "ndjson"},
	{"--doctor"}, {"--doctor", "-o", "json"}, {"--break-stale", "--dry-run"}, {"--break-stale", "--yes"}, {"--break-stale", "--yes", "-o", "ndjson"},
	{"--man"}, {"--help"}, {"--version"}, {"--completion", "bash"}, {"--write-config"},
}

// fullDevice takes nothing that is written to it (full(4)).
func fullDevice(t *testing.T) *os.File {
	t.Helper()
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { full.Close() })
	return full
}

// Output that is lost is no success, and what was broken before that was noticed is told and on record.
func TestOutputLost(t *testing.T) {
	full := fullDevice(t)
	unread := pipeEnds(t)
	unread.reader.Close()
	for _, lost := range []struct {
		name   string
		out    *os.File
		status int
		says   string
	}{
		{"full", full, 3, "no space left on device"},
		{"unread", unread.writer, 128 + int(syscall.SIGPIPE), ""},
	} {
		for _, args := range printingModes {
			t.Run(lost.name+" "+strings.Join(args, " "), func(t *testing.T) {
				root := staleTree(t, "a", "b")
				cmd := command(append(args, "--timeout", "1m", root)...)
				var errs bytes.Buffer
				cmd.Stdout, cmd.Stderr = lost.out, &errs
				startInSession(t, cmd)
				if status := exitStatus(t, cmd); status != lost.status || !strings.Contains(errs.String(), lost.says) {
					t.Errorf("exit status %d, want %d: %s", status, lost.status, &errs)
				}
				left, told := leftovers(t, root), errs.String()
				if !slices.Contains(args, "--yes") {
					if left != "a b " || lost.says == "" && told != "" {
						t.Errorf("left over in %q: %s", left, told)
					}
					return
				}
				log, err := os.ReadFile(filepath.Join(os.Getenv("XDG_STATE_HOME"), "lockscope", "audit.ndjson"))
				if err != nil || strings.Count(string(log), `"outcome":"removed"`) != 1 {
					t.Errorf("on record: %s, %v", log, err)
				}
				if left != "b " || !strings.Contains(told, filepath.Join(root, "a")+": removed .handoff.pidfile\n") {
					t.Errorf("left over in %q: %s", left, told)
				}
			})
		}
	}
}

// Where descriptors are closed, nothing that is printed comes into a file that was opened in their place.
func TestOutputClosed(t *testing.T) {
	for _, closed := range []string{">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"} {
		for _, args := range printingModes {
			if args[0] == "-w" {
				continue // which goes on, as it does when it prints to /dev/null
			}
			t.Run(strings.Join(args, " ")+" "+closed, func(t *testing.T) {
				root := staleTree(t, "a")
				cmd := exec.Command("sh", slices.Concat([]string{"-c", `lockscope "$@" ` + closed, "sh"}, args, []string{"--timeout", "1m", root, filepath.Join(root, "missing")})...)
				startInSession(t, cmd)
				status := exitStatus(t, cmd)
				if status > 3 {
					t.Errorf("exit status %d", status)
				}
				if broken := slices.Contains(args, "--yes"); broken != (leftovers(t, root) == "") {
					t.Errorf("left over in %q", leftovers(t, root))
				}
				if text, err := os.ReadFile(filepath.Join(root, "a", ".handoff.lock")); err != nil || len(text) > 0 {
					t.Errorf("in the lock file: %q, %v", text, err)
				}
			})
		}
	}
}

// Errors that nobody can read change neither the output nor the exit status.
func TestErrorsLost(t *testing.T) {
	full := fullDevice(t)
	root := staleTree(t, "a")
	for _, args := range [][]string{{"-o", "ndjson"}, {"--check"}, {"--break-stale", "--dry-run"}, {"--once"}} {
		cmd := command(append(args, "--timeout", "1m", root, filepath.Join(root, "missing"))...)
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, full
		if err := cmd.Run(); cmd.ProcessState.ExitCode() != 3 || !strings.Contains(out.String(), map[bool]string{true: "1 stale", false: "/a"}[args[0] == "--check"]) {
			t.Errorf("%v: %v: %s", args, err, &out)
		}
	}
}

// A break whose outcome nobody reads is on record, and told where somebody does.
func TestBreakIntoStalledOutput(t *testing.T) {
	to := pipeEnds(t)
	fill(t, to.writer)
	root := staleTree(t, "a", "b")
	cmd := command("--break-stale", "--yes", "--timeout", "1m", root)
	var errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = to.writer, &errs
	startInSession(t, cmd)
	hosttest.Eventually(t, "a write waits", func() bool { return writes(t, cmd.Process.Pid, 1) })
	cmd.Process.Signal(syscall.SIGTERM)
	if status, want := exitStatus(t, cmd), 128+int(syscall.SIGTERM); status != want {
		t.Errorf("exit status %d, want %d", status, want)
	}
	if left := leftovers(t, root); left != "b " || !strings.Contains(errs.String(), fmt.Sprintf("%s/a: removed .handoff.pidfile\n", root)) {
		t.Errorf("left over in %q: %s", left, &errs)
	}
}
