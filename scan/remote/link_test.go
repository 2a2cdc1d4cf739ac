package remote

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// dialScript connects by a shell script in place of ssh, and waits for its answers for a minute.
func dialScript(t *testing.T, script string) *link {
	t.Helper()
	ssh := filepath.Join(t.TempDir(), "ssh")
	if err := os.WriteFile(ssh, []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	c := Config{SSH: []string{ssh}}
	l, err := c.dial(context.Background(), Target{Host: "web-01"}, "lockscope")
	if err != nil {
		t.Fatal(err)
	}
	l.out.silence, l.out.by = time.Minute, time.Now().Add(time.Minute)
	return l
}

// What ssh has started and left behind ends with the link, also what would not end by itself. Nobody waits for what has
// made a session of its own, as the master of shared connections does.
func TestLinkLeavesNothingBehind(t *testing.T) {
	for name, script := range map[string]string{
		"ssh fails":                 `trap '' TERM; sleep 1000 & echo $! ; exit 255`,
		"ssh ends when it is told":  `(trap '' TERM; exec sleep 1000) & echo $! ; trap 'exit 0' TERM; wait`,
		"ssh does not want to end":  `trap '' TERM; sleep 1000 & echo $! ; while :; do wait; done`,
		"a ProxyCommand in between": `sh -c 'trap "" TERM; sleep 1000 & echo $! ; wait'`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := dialScript(t, script)
			text := make([]byte, 16)
			n, err := l.out.Read(text)
			left, numErr := strconv.Atoi(strings.TrimSpace(string(text[:n])))
			if err != nil && err != io.EOF || numErr != nil {
				t.Fatalf("%q, %v", text[:n], err)
			}
			t.Cleanup(func() { unix.Kill(left, unix.SIGKILL) })
			l.close(name != "ssh fails")
			for deadline := time.Now().Add(time.Minute); isThere(left); time.Sleep(5 * time.Millisecond) {
				if time.Now().After(deadline) {
					t.Fatalf("%d is left behind", left)
				}
			}
		})
	}
}

// Where ssh did what it was for, what it leaves behind serves others.
func TestLinkLeavesShared(t *testing.T) {
	l := dialScript(t, "sleep 1000 </dev/null >/dev/null 2>&1 & echo $!")
	text, err := io.ReadAll(l.out)
	master, numErr := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || numErr != nil {
		t.Fatalf("%q, %v", text, err)
	}
	defer unix.Kill(master, unix.SIGKILL)
	if status := l.close(false); status != 0 || !isThere(master) {
		t.Errorf("status %d; what it left is there: %v", status, isThere(master))
	}
}

// isThere reports whether a process runs: one that has been killed may wait for its new parent.
func isThere(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err == nil && !strings.Contains(string(stat), ") Z ")
}

// Why there is no answer is said in words.
func TestLinkWhyEnded(t *testing.T) {
	for script, want := range map[string]string{
		"exec sleep 1000":             "no answer in 1ms",
		"exit 255":                    "ssh failed",
		"exit 3":                      "it ended with status 3",
		"echo Go away. >&2; exit 255": "Go away.",
		"echo text; exec sleep 1000":  "it is not lockscope that answers",
		"kill -9 $$":                  "ssh failed",
	} {
		l := dialScript(t, script)
		if strings.HasPrefix(want, "no answer") {
			l.out.silence = time.Millisecond
		}
		_, err := l.out.Read(make([]byte, 16))
		if err == nil {
			err = errGarbled
		}
		if got := l.whyEnded(l.close(err != io.EOF), err); got != want {
			t.Errorf("%s: %q, want %q", script, got, want)
		}
	}
}
