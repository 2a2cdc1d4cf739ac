package main

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"lockscope/lock"
)

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
	handoffs := 0 // each before or after the change that a look saw
	expect := func(want event) {
		t.Helper()
		got := next().event
		for ; got.Type == "handoff"; got = next().event {
			handoffs++
		}
		if got != want {
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
	if handoffs != 1 {
		t.Errorf("%d hand-offs, want one: the releaser took it back", handoffs)
	}

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

// A watch says who speaks before anything else, and goes on to say that it does.
func TestWatchHelloAndHeartbeat(t *testing.T) {
	t.Parallel()
	next := watchFleet(t, command("--config=/dev/null", "-w", "-o", "ndjson", "-i", "0", "--timeout", "1m", staleAndFree(t)))
	if l := next(); l.Type != "hello" || l.Host == "" {
		t.Errorf("the first line is %+v", l)
	}
	untilLine(t, next, "a heartbeat", func(l fleetLine) bool { return l.Type == "heartbeat" })
}

// A directory that a glob comes to match is found without being asked for.
func TestWatchGlob(t *testing.T) {
	root := t.TempDir()
	next := follow(t, command("--glob", "-w", "-o", "ndjson", "-i", "100ms", "--timeout", "1m", root+"/*/data"))
	if got := next().event; got.Type != "summary" || got.Dirs != 0 {
		t.Fatalf("got %+v", got)
	}
	for _, name := range []string{"a/other", "b/data"} {
		l, err := lock.Acquire(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		defer l.Release()
	}
	if got, want := next().event, (event{Type: "dir", Path: filepath.Join(root, "b/data"), State: "held"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
