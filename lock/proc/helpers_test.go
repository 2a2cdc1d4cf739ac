package proc

import (
	_ "embed"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

//go:embed testdata/proc.txt
var fixtureText string

var (
	fixtureComment = regexp.MustCompile(`(?m)^## .*\n`)
	fixtureEntry   = regexp.MustCompile(`(?m)^-- (\S+)(?: -> (.*))? --\n`)
)

// fixture unpacks testdata/proc.txt.
func fixture(t testing.TB) FS {
	t.Helper()
	root := t.TempDir()
	text := fixtureComment.ReplaceAllString(fixtureText, "")
	nul := strings.NewReplacer("^@\n", "\x00", "^@", "\x00")
	entries := fixtureEntry.FindAllStringSubmatchIndex(text, -1)
	for i, e := range entries {
		end := len(text)
		if i+1 < len(entries) {
			end = entries[i+1][0]
		}
		path := filepath.Join(root, text[e[2]:e[3]])
		err := os.MkdirAll(filepath.Dir(path), 0o755)
		if err == nil && e[4] >= 0 {
			err = os.Symlink(text[e[4]:e[5]], path)
		} else if err == nil {
			err = os.WriteFile(path, []byte(nul.Replace(text[e[1]:end])), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return FS(root)
}
