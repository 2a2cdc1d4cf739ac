package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"lockscope/lock"
)

// leftovers are the names of the directories that still have a pidfile.
func leftovers(t *testing.T, root string) (names string) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(root, "*", lock.DefaultNames.Pidfile))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		names += filepath.Base(filepath.Dir(path)) + " "
	}
	return names
}

func TestBreakAsksOnTerminal(t *testing.T) {
	for answer, want := range map[string]struct {
		says   string
		status int
		left   string
	}{
		"y\n":         {"removed .handoff.pidfile", 0, ""},
		" YES \n":     {"removed .handoff.pidfile", 0, ""},
		"n\n":         {"nothing was removed", 1, "a b "},
		"\n":          {"nothing was removed", 1, "a b "},
		"yesterday\n": {"nothing was removed", 1, "a b "},
		"\x04":        {"nothing was removed", 1, "a b "}, // the end of the input
		"y\x04\x04":   {"nothing was removed", 1, "a b "},
		"\x03":        {"stopped by signal: interrupt", 130, "a b "},
		"y\x03":       {"stopped by signal: interrupt", 130, "a b "},
	} {
		t.Run(strings.TrimSpace(answer), func(t *testing.T) {
			root := staleTree(t, "a", "b")
			cmd, terminal, await := onTerminal(t, "xterm", "--timeout", "1m", "--break-stale", root)
			await("to be removed: .handoff.pidfile")
			await("Break these 2 stale locks? [y/N] ")
			write(t, terminal, answer)
			await(want.says)
			if status := exitStatus(t, cmd); status != want.status {
				t.Errorf("exit status %d, want %d", status, want.status)
			}
			if left := leftovers(t, root); left != want.left {
				t.Errorf("left over in %q, want %q", left, want.left)
			}
			log := filepath.Join(os.Getenv("XDG_STATE_HOME"), "lockscope", "audit.ndjson")
			if _, err := os.Stat(log); errors.Is(err, fs.ErrNotExist) != (want.left != "") {
				t.Errorf("the audit log: %v", err)
			}
		})
	}
}

// What was acquired while the question stood is refused, and the others are broken.
func TestBreakAskedTooEarly(t *testing.T) {
	root := staleTree(t, "a", "b")
	cmd, terminal, await := onTerminal(t, "xterm", "--timeout", "1m", "--break-stale", root)
	await("[y/N] ")
	l, err := lock.Acquire(filepath.Join(root, "a"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Release()
	write(t, terminal, "y\n")
	await(fmt.Sprintf("/a: refused: the lock is held by %s %d", filepath.Base(os.Args[0]), os.Getpid()))
	await("/b: removed .handoff.pidfile")
	if status := exitStatus(t, cmd); status != 1 {
		t.Errorf("exit status %d, want 1", status)
	}
	if left := leftovers(t, root); left != "a " {
		t.Errorf("left over in %q", left)
	}
}

// On the screen, too: the dialog tells why, and the table shows what is so now.
func TestScreenBreakAskedTooEarly(t *testing.T) {
	root := staleTree(t, "a")
	dir := filepath.Join(root, "a")
	cmd, terminal, await := onTerminal(t, "xterm", "--timeout", "1m", "--interval", "0", root)
	await("gone")
	write(t, terminal, "B")
	await("Break this stale lock?")
	l, err := lock.Acquire(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Release()
	write(t, terminal, "y")
	await("1 left as it was")
	await("the lock is held")
	write(t, terminal, "\r")
	await("holds the lock") // in the detail
	if err := l.Release(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, lock.DefaultNames.Lock)); err != nil {
		t.Error(err)
	}
	write(t, terminal, "q")
	if status := exitStatus(t, cmd); status != 0 {
		t.Errorf("exit status %d", status)
	}
}

// What a break would be refused for is said by the dry run and before the answer to the question, with the break's
// own reason and exit status.
func TestBreakForeseesRefusal(t *testing.T) {
	root := staleTree(t, "a", "b")
	fixed := filepath.Join(root, "a", lock.DefaultNames.Pidfile)
	if out, err := exec.Command("chattr", "+i", fixed).CombinedOutput(); err != nil {
		t.Skipf("chattr, which root can do on some file systems: %v: %s", err, out)
	}
	t.Cleanup(func() { exec.Command("chattr", "-i", fixed).Run() })

	run := func(args ...string) (out string, status int) {
		cmd := command(append([]string{"--timeout", "1m", "--break-stale"}, args...)...)
		cmd.Stdout = nil
		text, _ := cmd.Output()
		return string(text), cmd.ProcessState.ExitCode()
	}
	out, status := run("--dry-run", root)
	if status != 1 || !strings.Contains(out, "/a: would be refused: immutable: ") || !strings.Contains(out, "/b: would remove .handoff.pidfile\n") {
		t.Errorf("exit status %d: %s", status, out)
	}
	out, status = run("--dry-run", "--yes", "-o", "ndjson", root)
	if status != 1 || !strings.Contains(out, `"outcome":"would-be-refused","reason":"immutable","error":"immutable: `) {
		t.Errorf("exit status %d: %s", status, out)
	}
	if out, status = run("--dry-run", filepath.Join(root, "b")); status != 0 {
		t.Errorf("exit status %d: %s", status, out)
	}
	if left := leftovers(t, root); left != "a b " {
		t.Errorf("left over in %q after dry runs", left)
	}

	cmd, terminal, await := onTerminal(t, "xterm", "--timeout", "1m", "--break-stale", root)
	await("would be refused: immutable: ")
	await("Break these 2 stale locks? [y/N] ")
	write(t, terminal, "y\n")
	await("/a: refused: immutable: ")
	await("/b: removed .handoff.pidfile")
	if status := exitStatus(t, cmd); status != 1 {
		t.Errorf("exit status %d, want 1", status)
	}
}
