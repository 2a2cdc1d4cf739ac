package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"lockscope/scan/hosttest"
)

// Where an attempt cannot be put on record it is refused, in words, on the command line, before the question and on the
// screen. Nothing is removed.
func TestAuditLogFails(t *testing.T) {
	for name, fault := range map[string]struct {
		make func(t *testing.T) (log string)
		says string
	}{
		"full disk": {func(t *testing.T) string {
			disk := hosttest.Mount(t, "-t", "tmpfs", "-o", "size=16k", "tmpfs")
			hosttest.WriteFile(t, disk+"/audit.ndjson", "")
			if err := os.WriteFile(disk+"/more", make([]byte, 1<<20), 0o600); err == nil {
				t.Fatal("it is not full")
			}
			return disk + "/audit.ndjson"
		}, "no space left on device"},
		"read-only": {func(t *testing.T) string {
			disk := hosttest.Mount(t, "-t", "tmpfs", "tmpfs")
			hosttest.WriteFile(t, disk+"/audit.ndjson", "")
			if err := unix.Mount("", disk, "", unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
				t.Fatal(err)
			}
			return disk + "/audit.ndjson"
		}, "read-only file system"},
		"hung": {func(t *testing.T) string {
			f := hosttest.MountFUSE(t)
			f.Hang()
			return f.Dir + "/audit.ndjson"
		}, "no answer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log, root := fault.make(t), hosttest.TempDir(t)
			hosttest.MakeStale(t, root+"/a")
			hosttest.MakeStale(t, root+"/b")
			for args, says := range map[string]string{"--yes": "refused", "--dry-run": "would be refused"} {
				cmd := command("--break-stale", args, "--timeout", "1m", "--audit-log", log, root)
				var out bytes.Buffer
				cmd.Stdout = &out
				startInSession(t, cmd)
				if status := exitStatus(t, cmd); status != 1 || strings.Count(out.String(), says+": the attempt could not be written to the audit log: ") != 2 || strings.Count(out.String(), fault.says) != 2 {
					t.Errorf("%s: exit status %d: %s", args, status, &out)
				}
			}
			_, terminal, await := onTerminal(t, "xterm", "--timeout", "1m", "--interval", "0", "--audit-log", log, root)
			await("gone")
			write(t, terminal, "B")
			await("Break this stale lock?")
			write(t, terminal, "y") // unless it is known by now, and nothing can be confirmed
			await("audit log")
			if left := leftovers(t, root); left != "a b " {
				t.Errorf("left over in %q", left)
			}
		})
	}
}

// A directory of the log that has vanished is made again.
func TestAuditLogVanishes(t *testing.T) {
	root := staleTree(t, "a")
	log := filepath.Join(t.TempDir(), "gone", "audit.ndjson")
	for range 2 {
		hosttest.MakeStale(t, root+"/a")
		cmd := command("--break-stale", "--yes", "--timeout", "1m", "--audit-log", log, root)
		if err := cmd.Run(); err != nil {
			t.Error(err)
		}
		if text, err := os.ReadFile(log); err != nil || strings.Count(string(text), `"outcome":"removed"`) != 1 {
			t.Errorf("%s, %v", text, err)
		}
		os.RemoveAll(filepath.Dir(log))
	}
}

// A signal ends a break that waits for a log on a file system that hangs, also one that another host asked for.
func TestSignalEndsHungBreak(t *testing.T) {
	root := staleTree(t, "a")
	seen, err := json.Marshal(seenOf(t, root))
	if err != nil {
		t.Fatal(err)
	}
	f := hosttest.MountFUSE(t)
	f.Hang()
	for _, args := range [][]string{{"--yes", root}, {"--seen=-"}} {
		var errs *bytes.Buffer
		termEnds(t, func() *exec.Cmd {
			cmd := command(append([]string{"--break-stale", "--timeout", "1m", "--audit-log", f.Dir + "/audit.ndjson"}, args...)...)
			errs = new(bytes.Buffer)
			cmd.Stdin, cmd.Stderr = bytes.NewReader(append(seen, '\n')), errs
			return cmd
		})
		if !strings.Contains(errs.String(), "/a: no answer yet") {
			t.Errorf("%v: %s", args, errs)
		}
	}
	if left := leftovers(t, root); left != "a " {
		t.Errorf("left over in %q", left)
	}
}

// termEnds tests that SIGTERM ends a command which waits for a file system that hangs. On a loaded host a request may
// have been taken by the server before that stopped: then the kernel lets nobody go who waits for it, and the command is
// made, and started, once more.
func termEnds(t *testing.T, made func() *exec.Cmd) {
	t.Helper()
	for range 3 {
		cmd := made()
		startInSession(t, cmd)
		hosttest.Eventually(t, "it hangs", func() bool { return hosttest.WaitsIn(t, cmd.Process.Pid, hosttest.FUSERequest) })
		cmd.Process.Signal(syscall.SIGTERM)
		if endsWithin(t, cmd, hosttest.Patience/3) {
			if status, want := cmd.ProcessState.ExitCode(), 128+int(syscall.SIGTERM); status != want {
				t.Errorf("%q: exit status %d, want %d", cmd.Args, status, want)
			}
			return
		}
	}
	t.Error("a signal does not end it")
}

// So it ends a program whose config file or hosts file is there.
func TestSignalEndsHungFiles(t *testing.T) {
	f := hosttest.MountFUSE(t)
	f.Hang()
	for _, args := range [][]string{{"--config", f.Dir + "/config.toml"}, {"--hosts-file", f.Dir + "/hosts"}} {
		termEnds(t, func() *exec.Cmd {
			cmd := command(append(args, "--check", "--timeout", "1m", t.TempDir())...)
			cmd.Stderr = nil
			return cmd
		})
	}
}
