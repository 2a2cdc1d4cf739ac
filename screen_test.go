package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
)

// onTerminal starts the command on a terminal of its own, whose output is told
// to the function that is returned: it waits for a text to appear.
func onTerminal(t *testing.T, term string, args ...string) (cmd *exec.Cmd, terminal *os.File, await func(text string)) {
	t.Helper()
	cmd = command(args...)
	cmd.Stderr = nil
	cmd.Env = append(os.Environ(), "TERM="+term, "TMPDIR="+t.TempDir())
	terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 30, Cols: 120})
	if err != nil {
		t.Fatal(err)
	}
	output := make(chan []byte)
	go func() {
		defer close(output)
		for {
			chunk := make([]byte, 4096)
			n, err := terminal.Read(chunk)
			if err != nil {
				return // EIO: the command has ended
			}
			output <- chunk[:n]
		}
	}()
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		terminal.Close()
		for range output { // until the reader has seen the end
		}
	})
	var seen bytes.Buffer
	deadline := time.After(patience)
	return cmd, terminal, func(text string) {
		t.Helper()
		for !strings.Contains(seen.String(), text) {
			select {
			case chunk, ok := <-output:
				if !ok {
					t.Fatalf("ended without %q:\n%s", text, &seen)
				}
				seen.Write(chunk)
			case <-deadline:
				t.Fatalf("no %q in:\n%q", text, &seen)
			}
		}
	}
}

// exitStatus waits for the command's end.
func exitStatus(t *testing.T, cmd *exec.Cmd) int {
	t.Helper()
	var exit *exec.ExitError
	if err := cmd.Wait(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode()
}

func TestScreenOfDemo(t *testing.T) {
	cmd, terminal, await := onTerminal(t, "xterm-256color", "--demo", "--timeout", "1m")
	await("orphaned")
	var sandbox string
	for _, v := range cmd.Env {
		if dir, ok := strings.CutPrefix(v, "TMPDIR="); ok {
			sandbox = dir
		}
	}
	if inside, err := os.ReadDir(sandbox); err != nil || len(inside) == 0 {
		t.Fatalf("the sandbox is not in %s: %v", sandbox, err)
	}
	if _, err := terminal.WriteString("q"); err != nil {
		t.Fatal(err)
	}
	await("\x1b[?1049l") // the screen that was there before
	if status := exitStatus(t, cmd); status != 0 {
		t.Errorf("exit status %d after q", status)
	}
	if left, err := os.ReadDir(sandbox); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestScreenEndsBySignal(t *testing.T) {
	cmd, _, await := onTerminal(t, "xterm", t.TempDir())
	await("No .handoff.lock below")
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	await("\x1b[?1049l")
	if got, want := exitStatus(t, cmd), 128+15; got != want {
		t.Errorf("exit status %d, want %d", got, want)
	}
}

func TestDumbTerminalGetsTable(t *testing.T) {
	cmd, _, await := onTerminal(t, "dumb", t.TempDir())
	await("cannot show a screen")
	await("no data directories below")
	if status := exitStatus(t, cmd); status != 0 {
		t.Errorf("exit status %d", status)
	}
}

func TestScreenTakesNoStates(t *testing.T) {
	cmd, _, await := onTerminal(t, "xterm", "-s", "stale", t.TempDir())
	await("--state is for what is printed")
	if got, want := exitStatus(t, cmd), 2; got != want {
		t.Errorf("exit status %d, want %d", got, want)
	}
}
