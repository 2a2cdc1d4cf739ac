package ui

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"lockscope/scan/report/reporttest"
)

func TestExport(t *testing.T) {
	t.Chdir(t.TempDir())
	m, _ := testModel(120, 30, Options{})
	m.take(reporttest.Scanned(reporttest.Fleet(10)))
	m.typed("6")
	for _, want := range []string{"wrote 3 directories to ", "not written: "} { // the second would overwrite the first
		m.Update(m.typed("e")())
		if !strings.HasPrefix(m.notice, want) {
			t.Errorf("says %q, want %s", m.notice, want)
		}
	}
	text, err := os.ReadFile("lockscope-20261122-160600.json")
	if err != nil {
		t.Fatal(err)
	}
	var document struct{ Dirs []struct{ State string } }
	if err := json.Unmarshal(text, &document); err != nil || len(document.Dirs) != 3 || document.Dirs[0].State != "stale" {
		t.Errorf("wrote %s, %v", text, err)
	}
}
