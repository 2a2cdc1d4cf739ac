package show

import (
	"os/exec"
	"strings"
	"testing"

	"lockscope/lock"
	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
)

func TestBreakCommand(t *testing.T) {
	for want, names := range map[string]lock.Names{
		"lockscope --break-stale --max-depth 0 /d":                                         lock.DefaultNames,
		"lockscope --break-stale --max-depth 0 --lock-name 'db lock' --pid-name db.pid /d": {Lock: "db lock", Pidfile: "db.pid"},
	} {
		if got := breakCommand(names, "/d"); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// TestShellWord asks a shell what it makes of a word.
func TestShellWord(t *testing.T) {
	for _, text := range []string{"", "/plain/path-1.0", "two words", "it's", `back\slash`, "$(touch x)`y`;&|<>*?~!#", "日本",
		"new\nline", "\x1b[31m\x03\x7f'\\", "\xff\xfe", "a\u202eb", "~", "-n"} {
		word := ShellWord(text)
		if strings.ContainsFunc(word, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			t.Errorf("%q becomes %q", text, word)
		}
		out, err := exec.Command("bash", "-c", "printf '%s.' "+word).Output()
		if err != nil || string(out) != text+"." {
			t.Errorf("a shell reads %s as %q, %v, want %q", word, out, err, text)
		}
	}
}

// A row has its directory already: its command has a mark in that place.
func TestCommandWithoutPath(t *testing.T) {
	r := reporttest.Held("eu/a", 1).Report()
	for command, want := range map[string]string{
		"kvd --data /srv/tenants/eu/a --listen :1": "kvd --data … --listen :1",
		"kvd --data=/srv/tenants/eu/a/sub":         "kvd --data=…/sub",
		"kvd --data eu/a":                          "kvd --data …",
		"kvd --data /srv/tenants/eu/ab":            "kvd --data /srv/tenants/eu/ab",
		"kvd --data /mnt/srv/tenants/eu/a":         "kvd --data /mnt/srv/tenants/eu/a",
		"kvd":                                      "kvd",
	} {
		if got := WithoutPath(command, r.Path, r.Root, "…"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// What another host says to do is no command of this program's, also where it says one.
func TestNoCommandOfAnotherHost(t *testing.T) {
	line, err := report.Decode([]byte(`{"type":"dir","path":"/d","root":"/d","state":"orphaned","reasons":["inherited-fd"],"summary":"s","next":"kill 7","observed":"2026-11-22T16:06:00Z"}`))
	if err != nil {
		t.Fatal(err)
	}
	r := line.Change.Report
	r.Host = "web-01"
	command, why := NextCommand(r, lock.DefaultNames, false)
	if want := "what another host says to do is not copied: "; command != "" || !strings.HasPrefix(why, want) || strings.Contains(why, "no command does this") {
		t.Errorf("%q, %q, want %q", command, why, want)
	}
}
