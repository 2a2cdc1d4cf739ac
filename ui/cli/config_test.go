package cli

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// forOnce are the flags that have no twin in the config file: they say what to do this once. One that did it each
// time would surprise, and one that narrows what is looked at could hide a problem from --check.
var forOnce = []string{
	"once", "output", "watch", "check", "listen", "state", "glob", "break-stale", "dry-run", "yes",
	"config", "write-config", "completion", "man", "demo", "doctor", "version", "help",
}

// Each flag is documented, and is a setting with a twin in the config file, or for once. Each key has a text.
func TestFlagsAndKeys(t *testing.T) {
	keys := configKeys(reflect.TypeFor[config](), "")
	flags := newFlags(&settings{config: defaultConfig()})
	var documented []string
	for _, g := range flagGroups {
		for _, f := range g.flags {
			documented = append(documented, f.name)
			if flag := flags.Lookup(f.name); flag == nil {
				t.Errorf("there is no --%s", f.name)
			} else if (flag.NoOptDefVal != "") != (f.value == "") {
				t.Errorf("--%s: the value is documented as %q", f.name, f.value)
			}
			if f.text == "" {
				t.Errorf("--%s: no text", f.name)
			}
			if once := slices.Contains(forOnce, f.name); once == (f.key != "") || f.key != "" && !slices.Contains(keys, f.key) {
				t.Errorf("--%s: its key is %q", f.name, f.key)
			}
		}
	}
	flags.VisitAll(func(f *pflag.Flag) {
		if !slices.Contains(documented, f.Name) && !f.Hidden {
			t.Errorf("--%s is not documented", f.Name)
		}
	})
	for _, key := range keys {
		if keyText(key) == "" {
			t.Errorf("%s has no text", key)
		}
	}
	for key := range keyTexts {
		if !slices.Contains(keys, key) {
			t.Errorf("there is no %s", key)
		}
	}
}

// A flag and its key take the same values, and refuse the same; where both are given, the flag counts.
func TestFlagAndKeyAlike(t *testing.T) {
	samples := map[string]struct{ good, other, bad string }{ // as they stand in TOML
		"exclude": {`["*.bak"]`, `["x"]`, `["["]`}, "interval": {`"3s"`, `"4s"`, `"-1s"`}, "probe": {`"never"`, `"flock"`, `"x"`},
		"timeout": {`"3s"`, `"4s"`, `"0s"`}, "max-depth": {`"3"`, `"4"`, `"-1"`}, "one-file-system": {"true", "false", ""}, "descend": {"true", "false", ""},
		"jobs": {"3", "4", "-1"}, "lock-name": {`"x"`, `"y"`, `"a/b"`}, "pid-name": {`"x"`, `"y"`, `".."`}, "read-only": {"true", "false", ""},
		"audit-log": {`"/x"`, `"/y"`, ""}, "allow-empty": {"true", "false", ""}, "color": {`"never"`, `"always"`, `"x"`}, "ascii": {"true", "false", ""},
		"filter": {`"eu"`, `"us"`, `"~["`}, "sort": {`"since"`, `"pidfile"`, `"x"`}, "columns": {`["since"]`, `["holder"]`, `["x"]`},
		"problem-metrics": {"3", "4", "-1"}, "host": {`["web-01"]`, `["web-02"]`, `["-x"]`}, "hosts-file": {`"/dev/null"`, `"/dev/null"`, `"/dev/full/x"`},
		"push": {"true", "false", ""}, "ssh-jobs": {"3", "4", "-1"}, "ssh-command": {`"ssh -x"`, `"ssh -y"`, ""}, "remote-command": {`"sudo lockscope"`, `"x"`, ""},
	}
	parsed := func(flag, key, flagValue, keyValue string) (*config, error) {
		var args []string
		if flagValue != "" {
			args = append(args, "--"+flag+"="+strings.Trim(strings.TrimSuffix(strings.TrimPrefix(flagValue, "["), "]"), `"`))
		}
		if flag == "allow-empty" {
			args = append(args, "--check")
		}
		file := filepath.Join(t.TempDir(), "c")
		text := ""
		if keyValue != "" {
			text = key + " = " + keyValue + "\n"
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := parse(append(args, "--config", file, "/"))
		if err != nil {
			return nil, err
		}
		return &s.config, nil
	}
	for _, g := range flagGroups {
		for _, f := range g.flags {
			if f.key == "" {
				continue
			}
			v, ok := samples[f.name]
			if !ok {
				t.Errorf("--%s is not tried", f.name)
				continue
			}
			byFlag, err := parsed(f.name, f.key, v.good, "")
			byKey, err2 := parsed(f.name, f.key, "", v.good)
			both, err3 := parsed(f.name, f.key, v.good, v.other)
			if err != nil || err2 != nil || err3 != nil {
				t.Errorf("--%s: %v, %v, %v", f.name, err, err2, err3)
			} else if !reflect.DeepEqual(byFlag, byKey) || !reflect.DeepEqual(byFlag, both) {
				t.Errorf("--%s:\n%+v by the flag\n%+v by the key\n%+v by both", f.name, byFlag, byKey, both)
			}
			if v.bad == "" {
				v.bad = "[5]"
				if f.value == "" {
					v.bad = `"perhaps"`
				}
				if _, err := parsed(f.name, f.key, "", v.bad); err == nil {
					t.Errorf("%s = %s is taken", f.key, v.bad)
				}
				continue
			}
			if _, err := parsed(f.name, f.key, v.bad, ""); err == nil {
				t.Errorf("--%s=%s is taken", f.name, v.bad)
			}
			if _, err := parsed(f.name, f.key, "", v.bad); err == nil {
				t.Errorf("%s = %s is taken", f.key, v.bad)
			}
		}
	}
}

// A config file may be anything. One without an end is refused, and so is a number of workers that no memory has
// room for. A mark at its beginning means nothing.
func TestConfigOfExtremes(t *testing.T) {
	c := defaultConfig()
	if err := loadConfig("/dev/zero", &c); err == nil || !strings.Contains(err.Error(), "more than") {
		t.Errorf("/dev/zero: %v", err)
	}
	for text, want := range map[string]string{
		"\ufeffjobs = 3\r\n":           "",
		"jobs = 1_000_000_000_000":     "1000000000000 is above",
		"ssh_jobs = 1_000_000_000_000": "1000000000000 is above",
	} {
		path := filepath.Join(t.TempDir(), "c.toml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		c := defaultConfig()
		if err := loadConfig(path, &c); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// An error says in one line which line it is, and what is wanted there.
func TestConfigErrors(t *testing.T) {
	long := strings.Repeat("x", 1<<16)
	for text, want := range map[string]string{
		"\n\ninterval = 5":                  `:3: "5" is not a duration such as 500ms, 2s or 1m`,
		"jobs = 1\nprobe = true":            `:2: unknown probe mode "true" (valid: auto, flock, never)`,
		"\nroots = 5":                       `:2: roots: a list such as ["a", "b"] is wanted, and this is an integer`,
		`roots = ["a", 5]`:                  `:1: roots: a list such as ["a", "b"] is wanted, and this is an integer`,
		"[[roots]]":                         `:1: roots: a list such as ["a", "b"] is wanted, and this is a table`,
		"view = 5":                          ":1: view: a table of keys is wanted, and this is an integer",
		"[view]\nsort = 5":                  `:2: view.sort: a text such as "a" is wanted, and this is an integer`,
		"names.lock = 5":                    `:1: names.lock: a text such as "a" is wanted, and this is an integer`,
		`ascii = "yes"`:                     ":1: ascii: true or false is wanted, and this is a string",
		"jobs = 1.5":                        ":1: jobs: a whole number is wanted, and this is a float",
		"jobs = 1\njobs = 2":                ":2: jobs: key jobs is already defined",
		"[view]\n[view]":                    ":2: view: table view already exists",
		"jobs = 1\n\nexclude = [\"[\"]":     `:3: exclude: "[" is not a glob: syntax error in pattern`,
		"a = \"\xff\"":                      ":1: invalid UTF-8 character in basic string",
		"bell = \n":                         ":1: unexpected character U+000A at start of value",
		"\x1b = 1":                          ":1: ",
		long + " = 1":                       ":1: unknown key ",
		"jobs = " + long:                    ":1: ",
		"a = " + strings.Repeat("[", 1<<16): ":1: ",
		"max_depth = \"1979-05-27\"":        ":1: max_depth: ",
		"max_depth = 1979-05-27":            ":1: ",
		"roots = {a = 1}":                   ":1: ",
	} {
		path := filepath.Join(t.TempDir(), "c")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		c := defaultConfig()
		err := loadConfig(path, &c)
		if err == nil || !strings.HasPrefix(err.Error(), path+want) || strings.HasSuffix(want, "r") && err.Error() != path+want || len(err.Error()) > 1000 {
			t.Errorf("%.60q: %.200v, want %s", text, err, want)
		}
	}
}

// FuzzConfig: whatever is in a config file, an error is short, and says where.
func FuzzConfig(f *testing.F) {
	for _, text := range []string{
		"interval = 5\n", "roots = [\"a\", 5]\n", "[view]\nsort = \"\\u001b\"\n", "probe = 'auto'\nnames = { lock = \"\" }\n",
		"max_depth = \"3\"\nview.columns = [\n\"pidfile\"]\n", "jobs = -1 # none\n[[hosts]]",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		c := defaultConfig()
		err := decodeConfig(text, &c)
		if err == nil {
			return
		}
		where, what, ok := strings.Cut(configError("c", text, err).Error(), ": ")
		if _, line, _ := strings.Cut(where, ":"); !ok || line != "" && strings.Trim(line, "0123456789") != "" {
			t.Fatalf("%q: %q", where, what)
		}
		if len(what) > 2000 {
			t.Fatalf("%d bytes: %.200q", len(what), what)
		}
	})
}

// What --write-config prints reads back to the same, whatever there is in it.
func TestWriteConfig(t *testing.T) {
	c := defaultConfig()
	c.Roots = []string{"/srv/\"a\\b\"", "/\u202e\x01\n\t", "/データ"}
	c.Exclude, c.Hosts = []string{"*.bak"}, []string{"web-01"}
	c.View.Filter, c.View.Reverse, c.Jobs, c.MaxDepth.levels = `~a\.b "c"`, true, 3, 0
	text, err := configText(&c)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "config.toml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var got config
	if err := loadConfig(file, &got); err != nil || !slices.Equal(got.Roots, c.Roots) || got.View.Filter != c.View.Filter {
		t.Errorf("got %+v, %v from\n%s", got, err, text)
	}
	if again, err := configText(&got); err != nil || again != text { // which has every key
		t.Errorf("%v: %s\nbecame\n%s", err, text, again)
	}
}

func TestSuggestion(t *testing.T) {
	valid := []string{"interval", "max_depth", "names.lock", "view.sort", "jobs"}
	for word, want := range map[string]string{
		"intervall": "interval", "intreval": "interval", "Interval": "interval", "max-depth": "max_depth",
		"names.lokc": "names.lock", "sort": "view.sort", "job": "jobs",
	} {
		if got := suggestion(word, valid); got != "; did you mean "+want+"?" {
			t.Errorf("%s%s", word, got)
		}
	}
	for _, word := range []string{"", "x", "roots", "interference"} {
		if got := suggestion(word, valid); got != " (valid: interval, max_depth, names.lock, view.sort, jobs)" {
			t.Errorf("%s%s", word, got)
		}
	}
}
