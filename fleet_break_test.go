package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lockscope/scan/hosttest"
)

// auditOf are the records of an audit log, by phase.
func auditOf(t *testing.T, state string) (intent, outcome []map[string]any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(state, "lockscope", "audit.ndjson"))
	if os.IsNotExist(err) {
		return nil, nil
	} else if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(text) {
		var r map[string]any
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatal(err)
		}
		if r["phase"] == "intent" {
			intent = append(intent, r)
		} else {
			outcome = append(outcome, r)
		}
	}
	return intent, outcome
}

// A stale lock is broken on its host, and both hosts have it on record.
func TestFleetBreak(t *testing.T) {
	t.Parallel()
	n := newSSHNet(t)
	web := n.start("web-01", "")
	root := staleAndFree(t)
	pidfile := filepath.Join(root, "it's $(stale)", ".handoff.pidfile")

	out, status := outputOf(t, n.command("--host", "web-01", "--break-stale", "--dry-run", root))
	if want := "web-01:" + filepath.Dir(pidfile) + ": would remove .handoff.pidfile\n"; status != 0 || out != want {
		t.Errorf("status %d, %q, want %q", status, out, want)
	}
	if in, _ := auditOf(t, web.state); len(in) > 0 {
		t.Errorf("on record, though nothing was tried: %v", in)
	}
	out, status = outputOf(t, n.command("--host", "web-01", "--break-stale", "--yes", "-o", "ndjson", root))
	var l fleetLine
	if err := json.Unmarshal([]byte(out), &l); err != nil || status != 0 || l.Outcome != "removed" || l.Host != "web-01" {
		t.Errorf("%v, status %d, %s", err, status, out)
	}
	if _, err := os.Lstat(pidfile); !os.IsNotExist(err) {
		t.Errorf("it is still there: %v", err)
	}
	for where, state := range map[string]string{"here": n.dir + "/here", "there": web.state} {
		intent, outcome := auditOf(t, state)
		if len(intent) != 1 || len(outcome) != 1 || outcome[0]["outcome"] != "removed" || intent[0]["dir"] != filepath.Dir(pidfile) {
			t.Fatalf("%s: %v, %v", where, intent, outcome)
		}
		on, by := intent[0]["on"], intent[0]["asked_by"]
		if where == "here" && (on != "web-01" || by != nil) || where == "there" && (on != nil || !strings.Contains(by.(string), "@")) {
			t.Errorf("%s: on %v, asked by %v", where, on, by)
		}
		// Only there it was looked at afterwards.
		if after := outcome[0]["evidence"].(map[string]any); (len(after) > 0) != (where == "there") {
			t.Errorf("%s: %v afterwards", where, after)
		}
	}
}

// seenOf is what a watch by another host tells of the stale directory, as that one sends it back.
func seenOf(t *testing.T, root string) (object map[string]any) {
	t.Helper()
	cmd := command("--config=/dev/null", "--timeout=1m", "-w", "-o", "ndjson", "--requests", root)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := json.NewDecoder(out); object["type"] != "summary"; {
		line := map[string]any{}
		if err := lines.Decode(&line); err != nil {
			t.Fatal(err)
		}
		if line["seen"] != nil {
			object = map[string]any{"type": "seen", "path": line["path"], "root": line["root"], "reasons": line["reasons"], "by": "alice@bastion", "seen": line["seen"]}
			break
		}
	}
	in.Close() // which ends the watch
	if err := cmd.Wait(); err != nil && cmd.ProcessState.ExitCode() != 141 {
		t.Errorf("the watch ended with %v", err)
	}
	return object
}

// The far side refuses what is not as it was seen, and what it was told never to do.
func TestBreakSeenRefuses(t *testing.T) {
	t.Parallel()
	for what, test := range map[string]struct {
		change  func(t *testing.T, dir string)
		flags   []string
		status  int
		outcome string
		reason  string
	}{
		"nothing changed": {status: 0, outcome: "removed"},
		"a new pidfile": {change: func(t *testing.T, dir string) {
			hosttest.WriteFile(t, dir+"/.handoff.pidfile", "2147483646\n")
		}, status: 1, outcome: "refused", reason: "changed"},
		"another lock file": {change: func(t *testing.T, dir string) {
			if err := os.Rename(dir+"/.handoff.lock", dir+"/old"); err != nil {
				t.Fatal(err)
			}
			hosttest.WriteFile(t, dir+"/.handoff.lock", "")
		}, status: 1, outcome: "refused", reason: "replaced"},
		"another directory": {change: func(t *testing.T, dir string) {
			if err := os.Rename(dir, dir+".old"); err != nil {
				t.Fatal(err)
			}
			hosttest.MakeStale(t, dir)
		}, status: 1, outcome: "refused", reason: "replaced"},
		"a link in its place": {change: func(t *testing.T, dir string) {
			other := hosttest.MakeStale(t, dir+".other")
			if err := os.RemoveAll(dir); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(other, dir); err != nil {
				t.Fatal(err)
			}
		}, status: 1, outcome: "refused", reason: "replaced"},
		"read-only":    {flags: []string{"--read-only"}, status: 2},
		"a dry run":    {flags: []string{"--dry-run"}, status: 0, outcome: "would-remove"},
		"no audit log": {flags: []string{"--audit-log=/proc/none/audit"}, status: 1, outcome: "refused", reason: "audit"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			root := hosttest.TempDir(t)
			dir := hosttest.MakeStale(t, filepath.Join(root, "kv"))
			text, err := json.Marshal(seenOf(t, root))
			if err != nil {
				t.Fatal(err)
			}
			if test.change != nil {
				test.change(t, dir)
			}
			cmd := command(append([]string{"--config=/dev/null", "--audit-log=" + root + "/audit", "--break-stale", "--seen=-", "-o", "ndjson"}, test.flags...)...)
			cmd.Stdin = bytes.NewReader(append(text, '\n'))
			out, status := outputOf(t, cmd)
			_, answer, _ := strings.Cut(out, "\n") // after the hello
			var l fleetLine
			if err := json.Unmarshal([]byte(answer), &l); status != 2 && err != nil {
				t.Fatalf("%v in %q", err, out)
			}
			if status != test.status || l.Outcome != test.outcome || l.Reason != test.reason {
				t.Errorf("status %d, %s, want %d, %s, %s", status, out, test.status, test.outcome, test.reason)
			}
			left, _ := filepath.Glob(root + "/*/.handoff.pidfile")
			if removed := len(left) == 0; removed != (test.outcome == "removed") {
				t.Errorf("left: %q", left)
			}
		})
	}
}

// Where lockscope is read-only, on either side, nothing is broken.
func TestFleetReadOnly(t *testing.T) {
	t.Parallel()
	n := newSSHNet(t)
	web := n.start("web-01", "")
	hosttest.MakeDir(t, n.dir+"/web-01/config/lockscope")
	hosttest.WriteFile(t, n.dir+"/web-01/config/lockscope/config.toml", "read_only = true\n")
	root := staleAndFree(t)
	if out, status := outputOf(t, n.command("--host", "web-01", "--break-stale", "--yes", "--read-only", root)); status != 2 || out != "" {
		t.Errorf("read-only here: status %d, %q", status, out)
	}
	out, status := outputOf(t, n.command("--host", "web-01", "--break-stale", "--yes", root))
	if status != 1 || !strings.Contains(out, "refused: ") || !strings.Contains(out, "read-only there") {
		t.Errorf("read-only there: status %d, %q", status, out)
	}
	if in, _ := auditOf(t, web.state); len(in) > 0 {
		t.Errorf("tried there: %v", in)
	}
	if _, err := os.Lstat(filepath.Join(root, "it's $(stale)", ".handoff.pidfile")); err != nil {
		t.Error(err)
	}
}

// The dialog of the screen works for a row of another host, and for one of this host.
func TestFleetScreen(t *testing.T) {
	n := newSSHNet(t)
	web := n.start("web-01", "")
	root := hosttest.TempDir(t)
	dir := hosttest.MakeStale(t, filepath.Join(root, "kv"))
	t.Setenv("XDG_STATE_HOME", n.dir+"/here")
	_, terminal, await := onTerminal(t, "xterm-256color", append(n.flags(), "--host", "web-01", root)...)
	await("HOST")
	await("1 stale")
	await("web-01:" + dir) // the detail
	write(t, terminal, "B")
	await("Break this stale lock?")
	hosttest.Eventually(t, "it is broken", func() bool { // a key that comes too soon after the dialog asks again
		write(t, terminal, "y")
		_, outcome := auditOf(t, web.state)
		return len(outcome) > 0
	})
	await("1 cleared")
	if _, outcome := auditOf(t, web.state); len(outcome) != 1 || outcome[0]["outcome"] != "removed" {
		t.Errorf("on record there: %v", outcome)
	}
	write(t, terminal, "\x1b")
	await("1 free")
}
