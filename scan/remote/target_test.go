package remote

import (
	"bytes"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

func TestParseTarget(t *testing.T) {
	for _, test := range []struct {
		text string
		want Target
		name string
		args []string
	}{
		{"web-01", Target{Host: "web-01"}, "web-01", []string{"--", "web-01"}},
		{"root@web_01.eu:2222", Target{"root", "web_01.eu", 2222}, "web_01.eu:2222", []string{"-p", "2222", "-l", "root", "--", "web_01.eu"}},
		{"::1", Target{Host: "::1"}, "::1", []string{"--", "::1"}},
		{"[fe80::1%eth0]:22", Target{Host: "fe80::1%eth0", Port: 22}, "[fe80::1%eth0]:22", []string{"-p", "22", "--", "fe80::1%eth0"}},
		{"[::1]", Target{Host: "::1"}, "::1", []string{"--", "::1"}},
	} {
		got, err := ParseTarget(test.text)
		if err != nil || got != test.want || got.Name() != test.name || !reflect.DeepEqual(got.args(), test.args) {
			t.Errorf("%s: %+v, %v, called %s, %q", test.text, got, err, got.Name(), got.args())
		}
		if again, err := ParseTarget(got.String()); err != nil || again != got {
			t.Errorf("%s: %s gives %+v, %v", test.text, got, again, err)
		}
	}
	for _, text := range []string{
		"", "-oProxyCommand=reboot", "a@-oProxyCommand=x", "root@", "@web", "-l@web", "web:0", "web:65536", "web:x", "a b", "a/b", "web\n", "$(reboot)",
		"`reboot`", "a;b", "a|b", "web\x1b[2J", "ssh://web", ".", ".hidden", "a'b", `a"b`, "r@o@t@web", "[::1", "*",
	} {
		if got, err := ParseTarget(text); err == nil {
			t.Errorf("%q is taken for %+v", text, got)
		}
	}
}

func TestParseHosts(t *testing.T) {
	got, err := ParseHosts([]byte("# all of them\r\nweb-01\r\n\n\troot@web-02:22  # the second\n.\nweb-01"))
	if want := []string{"web-01", "root@web-02:22", ".", "web-01"}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%q, %v, want %q", got, err, want)
	}
	for text, want := range map[string]string{
		"":                                    "",
		"# none\n\n":                          "",
		"a\nweb-01 web-02\n":                  `2: more than one word: "web-01 web-02"`,
		"a\n-oProxyCommand=reboot":            "2: host",
		"\x00":                                "1: host",
		"\xff\xfea\x00":                       "1: host",
		"#\n" + strings.Repeat("x y", 1<<20):  "2: more than one word",
		"#\n" + strings.Repeat("x\u00a0", 99): "2: more than one word",
	} {
		switch hosts, err := ParseHosts([]byte(text)); {
		case want == "" && (err != nil || len(hosts) > 0), want != "" && (err == nil || !strings.HasPrefix(err.Error(), want) || len(err.Error()) > 600):
			t.Errorf("%.40q: %q, %v", text, hosts, err)
		}
	}
}

// FuzzParseHosts: the hosts of a file are hosts, and an error is one line that says in which line.
func FuzzParseHosts(f *testing.F) {
	f.Add([]byte("# all of them\r\nweb-01\n\n  root@web-02:22  # the second\n.\n"))
	f.Add([]byte("a b\n\x00\xff"))
	f.Fuzz(func(t *testing.T, text []byte) {
		hosts, err := ParseHosts(text)
		if err != nil {
			line, what, ok := strings.Cut(err.Error(), ": ")
			if n, e := strconv.Atoi(line); !ok || e != nil || n < 1 || n > 1+bytes.Count(text, []byte("\n")) || len(what) > 1500 || strings.ContainsFunc(what, unicode.IsControl) {
				t.Fatalf("%q", err)
			}
			return
		}
		for _, host := range hosts {
			if _, err := ParseTarget(host); err != nil && host != ThisHost {
				t.Fatalf("%q is among the hosts: %v", host, err)
			}
		}
	})
}

func TestConfigCheck(t *testing.T) {
	a := Target{Host: "a"}
	for what, c := range map[string]Config{
		"no host":             {},
		"two users":           {Targets: []Target{{User: "x", Host: "a"}, {User: "y", Host: "a"}}},
		"this host":           {Targets: []Target{a}, Here: &Fleet{}, HereName: "a"},
		"a root of two lines": {Targets: []Target{a}, Roots: []string{"/srv\nreboot"}},
	} {
		if err := c.check(); err == nil {
			t.Errorf("%s: no error", what)
		}
	}
	c := Config{Targets: []Target{a, {Host: "b"}, a}}
	if err := c.check(); err != nil || len(c.Targets) != 2 {
		t.Errorf("the same host twice: %v, %v", c.Targets, err)
	}
}

// FuzzParseTarget: what is taken for a host has nothing in it that ssh or a shell could take for more, and is
// read again as the same.
func FuzzParseTarget(f *testing.F) {
	f.Add("root@web_01.eu:2222")
	f.Add("[fe80::1%eth0]:22")
	f.Add("-oProxyCommand=reboot")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := ParseTarget(text)
		if err != nil {
			return
		}
		if again, err := ParseTarget(got.String()); err != nil || again != got {
			t.Fatalf("%+v as %q gives %+v, %v", got, got.String(), again, err)
		}
		args := got.args()
		for i, arg := range args {
			if strings.ContainsAny(arg, " \t\n\x00'\"`$;|&<>(){}*?!\\~#") || arg == "" {
				t.Fatalf("%q has the argument %q", text, arg)
			}
			if value := i > 0 && (args[i-1] == "-p" || args[i-1] == "-l" || args[i-1] == "--"); value && arg[0] == '-' {
				t.Fatalf("%q has the option %q", text, arg)
			}
		}
	})
}
