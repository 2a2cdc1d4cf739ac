package ui

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"golang.org/x/sys/unix"

	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
)

// What is sent is a word for a shell: pasted, it does nothing by itself.
func TestCopy(t *testing.T) {
	term := runScreen(t, 80, 24, Options{})
	for _, test := range []struct{ path, shown, want string }{
		{"a\xffb\x1b[31m/data", `a\xffb\x1b[31m/data`, `$'` + reporttest.Root + `/a\xffb\x1b[31m/data'`},
		{"a/$(reboot)", "$(reboot)", `'` + reporttest.Root + `/a/$(reboot)'`},
		{"a/0/it's two", "it's two", `'` + reporttest.Root + `/a/0/it'\''s two'`},
		{"a/-plain_1.0", "-plain_1.0", reporttest.Root + `/a/-plain_1.0`},
	} {
		term.show(reporttest.Scanned([]report.Change{{Report: reporttest.Dir{Path: test.path, State: report.Free}.Report()}}))
		term.see(test.shown)
		term.send("/" + test.shown[:4] + "\ry")
		term.see("sent to the terminal: ")
		osc := "\x1b]52;c;" + base64.StdEncoding.EncodeToString([]byte(test.want)) + "\a"
		if !eventually(func() bool { return strings.Contains(term.written(), osc) }) {
			t.Errorf("%q was not sent", test.want)
		}
		term.send("\x1b")
		term.unsee("sent to")
	}
	if strings.Contains(term.written(), "\x1b[31m/") {
		t.Error("a control sequence in a name reached the terminal")
	}
}

func TestFindClipboard(t *testing.T) {
	for _, test := range []struct {
		term, tmux, sty string
		want            clipboard
	}{
		{"xterm-256color", "", "", toTerminal},
		{"tmux-256color", "/tmp/tmux-0/default,1,0", "", toTmux},
		{"screen-256color", "/tmp/tmux-0/default,1,0", "", toTmux},
		{"screen", "", "1.pts-0.host", toScreen},
		{"screen.xterm-256color", "", "", toEither},
		{"linux", "", "", toNobody},
	} {
		env := map[string]string{"TERM": test.term, "TMUX": test.tmux, "STY": test.sty}
		if got := findClipboard(func(name string) string { return env[name] }); got != test.want {
			t.Errorf("%+v: got %d", test, got)
		}
	}
}

// sentBy presses y and returns what it says, and what goes to the terminal.
func sentBy(to clipboard, path string) (notice, wire string) {
	m, _ := testModel(120, 30, Options{})
	m.clipboard = to
	m.take(reporttest.Scanned(reporttest.Changes(reporttest.Free(path))))
	cmd := m.typed("y")
	if cmd == nil {
		return m.notice, ""
	}
	msg := cmd()
	if raw, ok := msg.(tea.RawMsg); ok {
		return m.notice, raw.Msg.(string)
	}
	m.Update(msg)
	return m.notice, ""
}

func TestCopyToScreen(t *testing.T) {
	long := strings.Repeat("long/", 300)
	notice, wire := sentBy(toScreen, long)
	if !strings.HasPrefix(notice, "sent to the terminal, through screen: /srv") {
		t.Errorf("says %q", notice)
	}
	var passed string // as screen hands it on
	for part := range strings.SplitSeq(strings.TrimSuffix(wire, "\x1b\\"), "\x1b\\") {
		sequence, ok := strings.CutPrefix(part, "\x1bP")
		if !ok || len(sequence) > maxScreenDCS {
			t.Errorf("screen drops %q", part)
		}
		passed += sequence
	}
	want := base64.StdEncoding.EncodeToString([]byte(reporttest.Root + "/" + strings.TrimSuffix(long, "/")))
	if passed != "\x1b]52;c;"+want+"\a" {
		t.Errorf("sent %q", passed)
	}

	if notice, wire = sentBy(toEither, "a"); !strings.Contains(wire, "\x1bP\x1b]52;c;") || !strings.HasPrefix(wire, "\x1b]52;c;") || !strings.HasPrefix(notice, "sent to the terminal: ") {
		t.Errorf("said %q, sent %q", notice, wire)
	}
	if notice, wire = sentBy(toNobody, "a"); wire != "" || !strings.HasPrefix(notice, "not sent, the console has no clipboard: ") {
		t.Errorf("said %q, sent %q", notice, wire)
	}
}

// fakeTmux puts a script in the place of tmux. What it is given is in the file.
func fakeTmux(t *testing.T, script string) (given string) {
	t.Helper()
	dir := t.TempDir()
	given = filepath.Join(dir, "given")
	if err := os.WriteFile(filepath.Join(dir, "tmux"), []byte("#!/bin/sh\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	t.Setenv("GIVEN", given)
	return given
}

func TestCopyToTmux(t *testing.T) {
	for _, test := range []struct{ name, script, notice, given string }{
		{"takes it", `echo "$*" >$GIVEN; cat >>$GIVEN`, "sent to tmux's buffer: '/srv/tenants/a b'", "load-buffer -w -\n'/srv/tenants/a b'"},
		{"an old one", `test "$2" != -w || { echo "usage: load-buffer" >&2; exit 1; }; echo "$*" >$GIVEN; cat >>$GIVEN`,
			"sent to tmux's buffer: '/srv/tenants/a b'", "load-buffer -\n'/srv/tenants/a b'"},
		{"fails", "printf 'no server\\033[2J running\\nmore' >&2; exit 1", `not sent, tmux does not take it: no server\x1b[2J running`, ""},
		{"says nothing", "exit 3", "not sent, tmux does not take it: exit status 3", ""},
		{"hangs", "exec sleep 60", "not sent, tmux does not take it: no answer in 2s", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			file := fakeTmux(t, test.script)
			notice, wire := sentBy(toTmux, "a b")
			if notice != test.notice || wire != "" {
				t.Errorf("says %q, want %q; sends %q", notice, test.notice, wire)
			}
			if text, _ := os.ReadFile(file); string(text) != test.given {
				t.Errorf("tmux was given %q, want %q", text, test.given)
			}
		})
	}
	t.Run("is not there", func(t *testing.T) {
		t.Setenv("PATH", t.TempDir())
		if notice, _ := sentBy(toTmux, "a"); !strings.HasPrefix(notice, "not sent, tmux does not take it: ") {
			t.Errorf("says %q", notice)
		}
	})
}

// While tmux hangs the screen goes on.
func TestCopyNeverWaits(t *testing.T) {
	fifo := fakeTmux(t, `read line <$GIVEN`)
	if err := unix.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMUX", "x,1,0")
	term := runScreen(t, 80, 24, Options{})
	term.show(reporttest.Scanned(reporttest.Fleet(10)))
	term.see("tenant-0412")
	term.send("y")
	term.see("sending to tmux's buffer")
	term.send("j")
	term.see("2 of 22")
	term.send("q")
	if err := term.ended(); err != nil {
		t.Error(err)
	}
}

// The real one, as it comes, with a name that a shell would run.
func TestCopyInTmux(t *testing.T) {
	server := startTmux(t, `exec "$SCREEN"`)
	server.see("tenant-0412")
	server.run("send-keys", "y")
	server.see("sent to tmux's buffer: " + reporttest.Root + "/eu/shard-03/tenant-0412/data")
	if got := server.run("show-buffer"); strings.TrimSpace(got) != reporttest.Root+"/eu/shard-03/tenant-0412/data" {
		t.Errorf("the buffer has %q", got)
	}
}
