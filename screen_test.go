package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"lockscope/lock"
	"lockscope/scan/hosttest"
)

func TestScreenOfDemoLives(t *testing.T) {
	t.Parallel()
	cmd, terminal, await := onTerminal(t, "xterm-256color", "--demo", "--timeout", "1m")
	await("orphaned")
	write(t, terminal, "l")
	await("→") // from one state to another
	write(t, terminal, "qq")
	await("\x1b[?1049l") // the screen that was there before
	if status := exitStatus(t, cmd); status != 0 {
		t.Errorf("exit status %d after q", status)
	}
	if left := entries(t, tempDir(cmd)); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// The demo is gone however the program ends.
func TestScreenOfDemoEndsBySignal(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP, syscall.SIGKILL} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			cmd, _, await := onTerminal(t, "xterm-256color", "--demo", "--timeout", "1m")
			await("orphaned")
			sandbox := tempDir(cmd)
			if len(entries(t, sandbox)) == 0 {
				t.Fatalf("the sandbox is not in %s", sandbox)
			}
			if err := cmd.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			want := 128 + int(sig)
			if sig == syscall.SIGKILL {
				want = -1
			} else {
				await("\x1b[?1049l")
			}
			if status := exitStatus(t, cmd); status != want {
				t.Errorf("exit status %d, want %d", status, want)
			}
			// Who is killed leaves the work to the demo's own processes.
			if sig == syscall.SIGKILL {
				hosttest.Eventually(t, "nothing is left behind", func() bool { return len(entries(t, sandbox)) == 0 })
			}
			if left := entries(t, sandbox); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
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

// What is asked for on the command line is what the screen shows at first.
func TestScreenShowsStates(t *testing.T) {
	root := staleTree(t, "a")
	hosttest.MakeData(t, filepath.Join(root, "free"))
	for states, says := range map[string]string{"stale": "stale only", "attention": "problems only", "held,free": "held, free only"} {
		cmd, terminal, await := onTerminal(t, "xterm", "--timeout", "1m", "-s", states, root)
		await(says)
		await("filtered: 1 of 2")
		write(t, terminal, "\x1b")
		await("2 dirs")
		write(t, terminal, "q")
		if status := exitStatus(t, cmd); status != 0 {
			t.Errorf("exit status %d", status)
		}
	}
}

// BenchmarkFirstRow is what passes from the start of the program until there are rows on
// the screen.
func BenchmarkFirstRow(b *testing.B) {
	root := b.TempDir()
	for i := range 1000 {
		dir := filepath.Join(root, fmt.Sprintf("shard-%02d/tenant-%04d", i%10, i))
		if err := errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(filepath.Join(dir, lock.DefaultNames.Lock), nil, 0o644)); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		cmd, terminal, await := onTerminal(b, "xterm", root)
		await("/tenant-")
		b.StopTimer()
		terminal.WriteString("q")
		cmd.Wait()
		b.StartTimer()
	}
}
