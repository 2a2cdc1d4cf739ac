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
