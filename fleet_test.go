package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"lockscope/scan/hosttest"
)

// fleetLine is a line of ndjson about one of several hosts.
type fleetLine struct {
	Type, Host, Path, State, Outcome, Reason, Summary, Error string
	Reasons                                                  []string
	Connected                                                bool
	Dirs, Hosts                                              int
	Lost                                                     int `json:"hosts_lost"`
}

// watchFleet starts a watch, and returns a function for its next line.
func watchFleet(t *testing.T, cmd *exec.Cmd) func() fleetLine {
	t.Helper()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = nil // hosts are lost here
	hosttest.Begin(t, cmd)
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 2<<20)
	return func() fleetLine {
		t.Helper()
		if !lines.Scan() {
			t.Fatalf("the output ended: %v", lines.Err())
		}
		var l fleetLine
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			t.Fatalf("%v in %s", err, lines.Bytes())
		}
		return l
	}
}

// staleAndFree are two directories.
func staleAndFree(t *testing.T) (root string) {
	root = hosttest.TempDir(t)
	hosttest.MakeStale(t, filepath.Join(root, "it's $(stale)"))
	hosttest.MakeDir(t, filepath.Join(root, "free"))
	hosttest.WriteFile(t, filepath.Join(root, "free", ".handoff.lock"), "")
	return root
}

func outputOf(t *testing.T, cmd *exec.Cmd) (text string, status int) {
	t.Helper()
	cmd.Stderr = nil
	out, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// Several hosts, this one among them, in every format; each row has its host.
func TestFleetPrinted(t *testing.T) {
	t.Parallel()
	n := newSSHNet(t)
	n.start("web-01", "")
	n.start("web-02", "")
	root := staleAndFree(t)
	hosts := filepath.Join(n.dir, "hosts")
	hosttest.WriteFile(t, hosts, "web-01 # the first\n\nweb-02\n.\n")
	here, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	names := []string{here, "web-01", "web-02"}

	text, status := outputOf(t, n.command("--hosts-file", hosts, "-o", "table", root))
	if status != 0 || !strings.Contains(text, "STATE  HOST ") || strings.Count(text, "it's $(stale)") != 3 || !strings.Contains(text, " on 3 hosts: 3 stale, 3 free; ") {
		t.Errorf("status %d:\n%s", status, text)
	}
	for _, name := range names {
		if !strings.Contains(text, "stale  "+name+" ") {
			t.Errorf("no row of %s:\n%s", name, text)
		}
	}
	if text, status = outputOf(t, n.command("--hosts-file", hosts, "--check", root)); status != 1 || !strings.HasPrefix(text, "attention: 6 directories below ") {
		t.Errorf("status %d: %s", status, text)
	}
	text, status = outputOf(t, n.command("--hosts-file", hosts, "-o", "json", root))
	var doc struct {
		Hosts   []string
		Summary fleetLine
		Dirs    []fleetLine
		Errors  []fleetLine
	}
	if err := json.Unmarshal([]byte(text), &doc); err != nil || status != 0 || !slices.Equal(doc.Hosts, names) || len(doc.Dirs) != 6 || len(doc.Errors) != 0 || doc.Summary.Hosts != 3 {
		t.Errorf("%v, status %d: %s", err, status, text)
	}
	for i, d := range doc.Dirs {
		if want := names[i%3]; d.Host != want {
			t.Errorf("directory %d is on %q, want %q", i, d.Host, want)
		}
	}
	if text, status = outputOf(t, n.command("--host", "web-01", "-o", "ndjson", "-s", "stale", root)); status != 0 || strings.Count(text, `"host":"web-01"`) != 1 {
		t.Errorf("status %d: %s", status, text)
	}
}

// Where the command line names no root, what is printed says where each host has looked, by its own word.
func TestFleetTellsRoots(t *testing.T) {
	t.Parallel()
	n := newSSHNet(t)
	root, other := hosttest.TempDir(t), hosttest.TempDir(t)
	for name, roots := range map[string]string{"web-01": fmt.Sprintf("%q", root), "web-02": fmt.Sprintf("%q", root), "db": fmt.Sprintf("%q, %q", root, other)} {
		n.start(name, "")
		dir := hosttest.MakeDir(t, filepath.Join(n.dir, name, "config/lockscope"))
		hosttest.WriteFile(t, dir+"/config.toml", "roots = ["+roots+"]\n")
	}
	for _, test := range []struct{ hosts, want string }{
		{"web-01", "attention: no data directories below " + root + " on 1 host; "},
		{"web-01 web-02", "attention: no data directories below " + root + " on 2 hosts; "},
		{"web-01 db", "attention: no data directories below 2 roots on 2 hosts; "},
	} {
		args := []string{"--check"}
		for _, host := range strings.Fields(test.hosts) {
			args = append(args, "--host", host)
		}
		if out, status := outputOf(t, n.command(args...)); status != 1 || !strings.HasPrefix(out, test.want) {
			t.Errorf("status %d: %s, want %s", status, out, test.want)
		}
	}
	out, _ := outputOf(t, n.command("--host", "db", "-o", "json"))
	var doc struct{ Roots []string }
	if err := json.Unmarshal([]byte(out), &doc); err != nil || len(doc.Roots) != 2 || !slices.Contains(doc.Roots, root) || !slices.Contains(doc.Roots, other) {
		t.Errorf("%v: %s", err, out)
	}
}

// fake is a directory with a program that is called lockscope, and is none.
func (n *sshNet) fake(name, script string) (path string) {
	dir := filepath.Join(n.dir, "fake-"+name)
	hosttest.MakeDir(n.t, dir)
	hosttest.WriteFile(n.t, dir+"/lockscope", "#!/bin/sh\n"+script)
	if err := os.Chmod(dir+"/lockscope", 0o755); err != nil {
		n.t.Fatal(err)
	}
	return dir + ":/usr/bin:/bin"
}

// Each host that cannot be watched is a row, with the reason, and the others are watched as ever.
func TestFleetLostHosts(t *testing.T) {
	t.Parallel()
	n := newSSHNet(t)
	n.start("good", "")
	stopped := n.start("stopped", "")
	killed := n.start("killed", "")
	n.start("garbage", n.fake("garbage", "cat /dev/urandom"))
	n.start("later", n.fake("later", `echo '{"type":"hello","version":"v9","host":"x","format":1,"heartbeat":5}'; echo nonsense; cat >/dev/null`))
	n.start("missing", "/usr/bin:/bin")
	n.start("older", n.fake("older", "echo 'lockscope: unknown flag: --requests (valid: --config)' >&2; exit 2"))
	n.start("oldest", n.fake("oldest", `echo '{"type":"dir","path":"/a","root":"/","state":"free"}'; cat >/dev/null`))
	n.start("newer", n.fake("newer", `echo '{"type":"hello","version":"v9","host":"x","format":2,"heartbeat":5}'; cat >/dev/null`))
	n.start("denied", "", "AllowUsers nobody-of-this-name")
	n.alias("Host nowhere\n\tPort 1\n")
	root := staleAndFree(t)
	args := []string{"-w", "-o", "ndjson"}
	for _, name := range []string{"good", "stopped", "killed", "garbage", "later", "missing", "older", "oldest", "newer", "denied", "nowhere"} {
		args = append(args, "--host", name)
	}
	next := watchFleet(t, n.command(append(args, root)...))
	why := map[string]string{
		"garbage": "host-garbled", "later": "host-garbled", "missing": "lockscope-missing", "older": "lockscope-version",
		"oldest": "lockscope-version", "newer": "lockscope-version", "denied": "host-unreachable", "nowhere": "host-unreachable",
	}
	watched := map[string]int{}
	untilLine(t, next, "a summary", func(l fleetLine) bool {
		switch l.Type {
		case "host":
			if len(l.Reasons) != 1 || l.Reasons[0] != why[l.Host] || l.State != "unknown" || !strings.HasPrefix(l.Summary, l.Host+" ") {
				t.Errorf("%+v, want %s", l, why[l.Host])
			}
			t.Log(l.Summary)
			delete(why, l.Host)
		case "dir":
			watched[l.Host]++
		case "summary":
			if l.Dirs != 6 || l.Hosts != 11 || l.Lost != 8 {
				t.Errorf("%+v", l)
			}
		}
		return l.Type == "summary"
	})
	if len(why) > 0 || watched["good"] != 2 || watched["stopped"] != 2 || watched["killed"] != 2 {
		t.Errorf("not lost: %v; watched: %v", why, watched)
	}

	// Two are lost while they are watched. The good one tells what happens meanwhile.
	stopped.signal(syscall.SIGSTOP)
	killed.lose()
	hosttest.MakeStale(t, filepath.Join(root, "new"))
	lost := map[string]string{}
	for seen := false; !seen || len(lost) < 2; {
		l := next()
		seen = seen || l.Type == "dir" && l.Host == "good"
		if l.Type == "host" && (l.Host == "stopped" || l.Host == "killed") && lost[l.Host] == "" {
			lost[l.Host] = l.Reasons[0] + ": " + l.Summary
			if l.Host == "stopped" && !seen {
				t.Error("the good host waited for the one that was stopped")
			}
		}
	}
	if !strings.HasPrefix(lost["killed"], "host-unreachable: ") || !strings.HasPrefix(lost["stopped"], "host-silent: ") || !strings.Contains(lost["stopped"], "as of ") {
		t.Errorf("%q", lost)
	}

	// They come back by themselves.
	stopped.signal(syscall.SIGCONT)
	killed.listen()
	back := map[string]bool{}
	for len(back) < 2 {
		if l := next(); l.Type == "host" && l.Connected {
			back[l.Host] = true
		}
	}
}

// A host speaks for itself alone, whatever names it uses.
func TestFleetLyingHost(t *testing.T) {
	t.Parallel()
	n := newSSHNet(t)
	n.start("good", "")
	n.start("liar", n.fake("liar", `echo '{"type":"hello","version":"v9","host":"good","format":1,"heartbeat":5}'
echo '{"type":"dir","host":"good","path":"/srv/\u001b[2J","root":"/srv","state":"split","summary":"\u001b]0;x\u0007"}'
echo '{"type":"host","host":"good","connected":true}'
echo '{"type":"gone","host":"good","path":"/srv"}'
echo '{"type":"error","host":"good","path":"/srv","error":"\u001b[31m"}'
echo '{"type":"summary","dirs":99999,"states":{"held":99999}}'
cat >/dev/null`))
	out, status := outputOf(t, n.command("--host", "good", "--host", "liar", "-o", "ndjson", staleAndFree(t)))
	if status != 0 || strings.ContainsAny(out, "\x1b\x07") {
		t.Errorf("status %d: %q", status, out)
	}
	for text := range strings.Lines(out) {
		var l fleetLine
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Fatal(err)
		}
		if l.Type != "summary" && (l.Host == "liar") != (l.State == "split" || l.Type == "error") || l.Type == "summary" && l.Dirs != 3 {
			t.Errorf("%s", text)
		}
	}
}

func TestFleetThroughJumpHost(t *testing.T) {
	t.Parallel()
	n := newSSHNet(t)
	n.start("inner", "", "AllowUsers *@127.0.0.1")
	n.start("jump", "/nonexistent")
	n.alias("Host inner\n\tProxyCommand ssh -F " + n.config + " -W %h:%p jump\n")
	out, status := outputOf(t, n.command("--host", "inner", "--check", "--allow-empty", hosttest.TempDir(t)))
	if status != 0 || !strings.HasPrefix(out, "ok: ") {
		t.Errorf("status %d: %s", status, out)
	}
}

// What is wrong with a name is said before any host is asked.
func TestFleetUsage(t *testing.T) {
	for _, args := range [][]string{
		{"--host=-oProxyCommand=touch x"}, {"--host=a b"}, {"--host=root@a", "--host=b@a"}, {"--host=a", "--ssh-jobs=-1"}, {"--hosts-file=/nonexistent"},
		{"--host=a", "--demo"}, {"--host=a", "a\nb"}, {"--requests"}, {"--seen=-"}, {"--break-stale", "--seen=-", "/srv"},
	} {
		cmd := command(append([]string{"--config=/dev/null", "--ssh-command=/nonexistent/ssh", "--once"}, args...)...)
		if slices.Contains(args, "--break-stale") || slices.Contains(args, "--demo") {
			cmd.Args = slices.DeleteFunc(cmd.Args, func(a string) bool { return a == "--once" })
		}
		if out, status := outputOf(t, cmd); status != 2 || out != "" {
			t.Errorf("%q: status %d, printed %q", args, status, out)
		}
	}
}

// Where the user shares connections, sessions of his own do not end with lockscope: it makes none that they could share.
func TestFleetSharesNoConnectionOfItsOwn(t *testing.T) {
	t.Parallel()
	n := newSSHNet(t)
	n.start("web-01", "")
	n.start("jump", "")
	n.alias("Host web-01\n\tProxyJump jump\n\tControlMaster auto\n\tControlPath " + n.dir + "/shared\n\tControlPersist 60\n")
	watch := n.command("--host", "web-01", "--watch", "-o", "ndjson", staleAndFree(t))
	lines, err := watch.StdoutPipe()
	if err == nil {
		err = watch.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	for told, line := bufio.NewReader(lines), ""; !strings.Contains(line, `"type":"dir"`); {
		if line, err = told.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	own := exec.Command("ssh", "-F", n.config, "-o", "ControlMaster=no", "web-01", "cat")
	in, err := own.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := own.StdoutPipe()
	if err == nil {
		err = own.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	answers := bufio.NewReader(out)
	for _, word := range []string{"while it watches\n", "after its end\n"} {
		io.WriteString(in, word)
		if got, err := answers.ReadString('\n'); got != word {
			t.Errorf("%q, %v; want %q", got, err, word)
		}
		watch.Process.Signal(syscall.SIGTERM)
		watch.Wait()
	}
	in.Close()
	if err := own.Wait(); err != nil {
		t.Error(err)
	}
}
