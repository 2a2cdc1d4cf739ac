package main

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"lockscope/lock"
)

// patience is how long a test waits for what must come.
const patience = 60 * time.Second

// command is lockscope as a process of its own.
func command(args ...string) *exec.Cmd {
	cmd := exec.Command("/proc/self/exe", args...)
	cmd.Args[0] = "lockscope" // by this name TestMain knows that it is not to test
	cmd.Stderr = os.Stderr
	return cmd
}

type event struct {
	Type, Path, State, From string
	Dirs                    int
}

// follow starts a command, until the test ends, and returns a function for the next line of its output.
func follow(t *testing.T, cmd *exec.Cmd) func() event {
	t.Helper()
	r, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	events := make(chan event)
	go func() {
		defer close(events)
		for lines := bufio.NewScanner(r); lines.Scan(); {
			var e event
			if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
				t.Errorf("%v in %s", err, lines.Text())
			}
			events <- e
		}
	}()
	return func() event {
		t.Helper()
		select {
		case e, ok := <-events:
			if !ok {
				t.Fatal("the output ended")
			}
			return e
		case <-time.After(patience):
			t.Fatal("no line came")
		}
		return event{}
	}
}

func TestWatch(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "data")
	l, err := lock.Acquire(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { l.Release() }()

	cmd := command("-w", "-o", "ndjson", "-i", "20ms", "--timeout", "1m", root)
	next := follow(t, cmd)
	expect := func(want event) {
		t.Helper()
		if got := next(); got != want {
			t.Fatalf("got %+v, want %+v", got, want)
		}
	}

	expect(event{Type: "dir", Path: dir, State: "held"})
	expect(event{Type: "summary", Dirs: 1})
	if err := l.Release(); err != nil {
		t.Fatal(err)
	}
	expect(event{Type: "change", Path: dir, State: "free", From: "held"})
	if l, err = lock.Acquire(dir); err != nil {
		t.Fatal(err)
	}
	expect(event{Type: "change", Path: dir, State: "held", From: "free"})
	if err := l.Release(); err != nil {
		t.Fatal(err)
	}
	expect(event{Type: "change", Path: dir, State: "free", From: "held"})
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	expect(event{Type: "gone", Path: dir})

	// To be interrupted is how a watch ends.
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("interrupted: %v", err)
	}
}

// The demo lives while it is watched, and is gone when that ends.
func TestWatchDemo(t *testing.T) {
	t.Parallel()
	cmd := command("--demo", "-w", "-o", "ndjson", "-i", "100ms", "--timeout", "1m")
	cmd.Env = append(os.Environ(), "TMPDIR="+t.TempDir())
	next := follow(t, cmd)
	// A split directory looks sound by itself, and is never told of as such.
	split := false
	for e := next(); e.Type != "summary"; e = next() {
		if e.Type != "dir" {
			t.Errorf("%+v before anything changed", e)
		}
		split = split || e.State == "split"
	}
	if !split {
		t.Error("no directory was split")
	}
	for next().Type != "change" {
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("interrupted: %v", err)
	}
	if left := entries(t, tempDir(cmd)); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
