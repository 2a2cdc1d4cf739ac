package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"lockscope/scan/hosttest"
)

// The help fits a terminal of 80x24, with a line for the prompt, and has nothing that is not in the list of all.
func TestHelpFits(t *testing.T) {
	if n := strings.Count(usage, "\n"); n > 23 {
		t.Errorf("the help has %d lines", n)
	}
	for line := range strings.Lines(usage + usageAll()) {
		if len(line) > 80 {
			t.Errorf("%d characters: %s", len(line)-1, line)
		}
	}
	for _, word := range strings.FieldsFunc(usage, func(r rune) bool { return strings.ContainsRune(" ,:()\n;", r) }) {
		name, _, _ := strings.Cut(word, "=")
		if strings.HasPrefix(name, "--") && allFlags().Lookup(name[2:]) == nil {
			t.Errorf("the help has %s", word)
		}
	}
}

func TestManual(t *testing.T) {
	hosttest.NeedTool(t, "man")
	file := filepath.Join(t.TempDir(), "lockscope.1")
	if err := os.WriteFile(file, []byte(manual()), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("man", "--warnings", "-l", file)
	cmd.Env = append(os.Environ(), "MANWIDTH=80", "LC_ALL=C.UTF-8", "MANPAGER=cat", "MANROFFOPT=-c")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil || stderr.Len() > 0 {
		t.Errorf("%v: %s", err, &stderr)
	}
	for _, want := range []string{"-o, --output FORMAT", "--listen ADDR", "view.filter", "NAME\n", "holds the lock: healthy",
		"divided by commas:", "FILTER\n", "reason:pid-reused", "age:<10m", "Whether the detail is"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("there is no %q in\n%s", want, out)
		}
	}
	if bad := regexp.MustCompile(`(?m)^ +(Auto|User@|Shown or|None,).*`).FindString(string(out)); bad != "" {
		t.Errorf("a value begins with a capital: %s", bad)
	}
}
