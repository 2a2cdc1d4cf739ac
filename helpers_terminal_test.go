package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"

	"lockscope/scan/hosttest"
)

// onTerminal starts the command on a terminal of its own, whose output is told
// to the function that is returned: it waits for a text to appear.
func onTerminal(t testing.TB, term string, args ...string) (cmd *exec.Cmd, terminal *os.File, await func(text string)) {
	t.Helper()
	cmd = command(args...)
	cmd.Stderr = nil
	cmd.Env = append(os.Environ(), "TERM="+term, "LC_ALL=C.UTF-8", "TMPDIR="+t.TempDir())
	terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 30, Cols: 120})
	if err != nil {
		t.Fatal(err)
	}
	output := make(chan []byte)
	go func() {
		defer close(output)
		for {
			chunk := make([]byte, 4096)
			n, err := terminalOutput{terminal}.Read(chunk)
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
	return cmd, terminal, func(text string) {
		t.Helper()
		deadline := time.After(hosttest.Patience)
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

// terminalOutput reads what a terminal is to show. Its end is an error (EIO), which one who reads meanwhile may get just
// before what was written last: n_tty_read in drivers/tty/n_tty.c looks for text first, and then for the end.
type terminalOutput struct{ far *os.File }

func (o terminalOutput) Read(text []byte) (int, error) {
	n, err := o.far.Read(text)
	if err != nil {
		n, err = o.far.Read(text)
	}
	return n, err
}

func write(t *testing.T, terminal *os.File, keys string) {
	t.Helper()
	if _, err := terminal.WriteString(keys); err != nil {
		t.Fatal(err)
	}
}

// tempDir is where a command makes its temporary files.
func tempDir(cmd *exec.Cmd) (dir string) {
	for _, v := range cmd.Env { // the last one counts
		if value, ok := strings.CutPrefix(v, "TMPDIR="); ok {
			dir = value
		}
	}
	return dir
}

func entries(t *testing.T, dir string) []os.DirEntry {
	t.Helper()
	inside, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return inside
}

// readUntil reads until a text comes, and returns all that came.
func readUntil(t *testing.T, r io.Reader, text string) (seen []byte) {
	t.Helper()
	for buf := make([]byte, 4096); !strings.Contains(string(seen), text); {
		n, err := r.Read(buf)
		if err != nil {
			t.Fatalf("%v after %q", err, seen)
		}
		seen = append(seen, buf[:n]...)
	}
	return seen
}
