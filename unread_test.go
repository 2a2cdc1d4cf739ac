package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"lockscope/scan/hosttest"

	"golang.org/x/sys/unix"
)

// A watch ends when its reader goes away, and does not wait for the next change.
func TestWatchEndsWithItsReader(t *testing.T) {
	for name, test := range map[string]struct {
		ends   func(*testing.T) ends
		status int
	}{
		"pipe":     {pipeEnds, 128 + int(syscall.SIGPIPE)},
		"fifo":     {fifoEnds, 128 + int(syscall.SIGPIPE)},
		"socket":   {socketEnds, 128 + int(syscall.SIGPIPE)},
		"terminal": {terminalEnds, 128 + int(syscall.SIGHUP)},
	} {
		t.Run(name, func(t *testing.T) {
			to := test.ends(t)
			cmd := command("-w", "-o", "ndjson", "-i", "0", "--timeout", "1m", staleTree(t, "a"))
			cmd.Stdout = to.writer
			startInSession(t, cmd)
			to.writer.Close()
			readUntil(t, to.reader, `"type":"summary"`)
			to.reader.Close()
			if status := exitStatus(t, cmd); status != test.status {
				t.Errorf("exit status %d, want %d", status, test.status)
			}
		})
	}
}

// One signal ends the program though nobody reads what it writes.
func TestSignalEndsBlockedWrite(t *testing.T) {
	root := staleTree(t, "a")
	signals := []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT}
	for i, args := range [][]string{
		{"-o", "table"}, {"-o", "json"}, {"-o", "ndjson"}, {"--once"}, {"--check"}, {"-w", "-o", "ndjson"},
		{"--break-stale", "--dry-run"}, {"--break-stale", "--yes"}, {"--help"},
	} {
		for name, make := range map[string]func(*testing.T) ends{"pipe": pipeEnds, "socket": socketEnds, "terminal": terminalEnds} {
			t.Run(strings.Join(args, " ")+" into a "+name, func(t *testing.T) {
				to := make(t)
				fill(t, to.writer)
				cmd := command(append(args, "--timeout", "1m", staleTree(t, "a"))...)
				cmd.Stdout, cmd.Stderr = to.writer, nil
				signalBlocked(t, cmd, 1, signals[i%len(signals)])
			})
		}
	}
	t.Run("errors", func(t *testing.T) {
		to := pipeEnds(t)
		fill(t, to.writer)
		cmd := command("--timeout", "1m", "--once", filepath.Join(root, "missing"))
		cmd.Stderr = to.writer
		signalBlocked(t, cmd, 2, syscall.SIGTERM)
	})
	t.Run("screen", func(t *testing.T) {
		to := terminalEnds(t)
		fill(t, to.writer)
		cmd := command("--timeout", "1m", root)
		cmd.Env = append(os.Environ(), "TERM=xterm")
		cmd.Stdin, cmd.Stdout, cmd.Stderr = to.writer, to.writer, nil
		signalBlocked(t, cmd, 1, syscall.SIGTERM)
	})
}

// signalBlocked starts a command, waits until a write of it to a descriptor waits, sends a
// signal, once, and wants the command to end by it.
func signalBlocked(t *testing.T, cmd *exec.Cmd, fd int, sig syscall.Signal) {
	t.Helper()
	startInSession(t, cmd)
	hosttest.Eventually(t, "a write waits", func() bool { return writes(t, cmd.Process.Pid, fd) })
	if err := cmd.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
	if status, want := exitStatus(t, cmd), 128+int(sig); status != want {
		t.Errorf("%v: exit status %d, want %d", sig, status, want)
	}
}

// writes reports whether a thread of a process is in write(2) to a descriptor.
func writes(t *testing.T, pid, fd int) bool {
	t.Helper()
	calls, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/syscall", pid))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range calls {
		text, err := os.ReadFile(path)
		if errors.Is(err, os.ErrPermission) {
			t.Skip("may not see in which system call a process is")
		}
		var call, arg uint64
		if n, _ := fmt.Sscanf(string(text), "%d 0x%x", &call, &arg); n == 2 && call == unix.SYS_WRITE && arg == uint64(fd) {
			return true
		}
	}
	return false
}

// fill writes to a file until it takes no more. A terminal is stopped besides, as by
// ctrl-s, for it may take more a moment later.
func fill(t *testing.T, f *os.File) {
	t.Helper()
	fd := int(f.Fd())
	if _, err := unix.IoctlGetTermios(fd, unix.TCGETS); err == nil {
		if err := unix.IoctlSetInt(fd, unix.TCXONC, unix.TCOOFF); err != nil {
			t.Fatal(err)
		}
		return
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		t.Fatal(err)
	}
	var err error
	for size := 4096; size > 0; size /= 16 {
		for err = nil; err == nil; {
			_, err = unix.Write(fd, make([]byte, size))
		}
	}
	if !errors.Is(err, unix.EAGAIN) {
		t.Fatal(err)
	}
	if err := unix.SetNonblock(fd, false); err != nil {
		t.Fatal(err)
	}
}

// Without any keyboard the table is printed instead of the screen, in our own words.
func TestNoKeyboard(t *testing.T) {
	root := staleTree(t, "tenant")
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	pipe := pipeEnds(t)
	for name, stdin := range map[string]*os.File{"/dev/null": null, "a pipe": pipe.reader} {
		to := terminalEnds(t)
		cmd := command("--timeout", "1m", root)
		cmd.Env = append(os.Environ(), "TERM=xterm")
		cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, to.writer, to.writer
		startInSession(t, cmd)
		to.writer.Close()
		text, _ := io.ReadAll(terminalOutput{to.reader}) // EIO: the command has ended
		if status := exitStatus(t, cmd); status != 0 {
			t.Errorf("%s: exit status %d", name, status)
		}
		for want, is := range map[string]bool{"no keyboard": true, "tenant": true, "1 directory below": true, "bubbletea": false, "TTY": false} {
			if strings.Contains(string(text), want) != is {
				t.Errorf("%s: %q is there: %t, in:\n%s", name, want, !is, text)
			}
		}
	}
}

// The screen ends with its terminal, as if SIGHUP had told it.
func TestScreenEndsWithItsTerminal(t *testing.T) {
	to := terminalEnds(t)
	cmd := command("--timeout", "1m", staleTree(t, "tenant"))
	cmd.Env = append(os.Environ(), "TERM=xterm")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = to.writer, to.writer, nil
	startInSession(t, cmd)
	to.writer.Close()
	readUntil(t, to.reader, "tenant")
	to.reader.Close()
	if status, want := exitStatus(t, cmd), 128+int(syscall.SIGHUP); status != want {
		t.Errorf("exit status %d, want %d", status, want)
	}
}
