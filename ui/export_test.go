package ui

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lockscope/lock"
	"lockscope/scan/report/reporttest"
)

// stateHome is an empty state directory, and the working directory another one.
func stateHome(t *testing.T) string {
	t.Helper()
	home := t.TempDir()
	t.Setenv("XDG_STATE_HOME", home)
	t.Chdir(t.TempDir())
	return filepath.Join(home, "lockscope")
}

// written is the document that e writes, which has the name.
func (m *model) written(t *testing.T, dir, name string, document any) {
	t.Helper()
	m.Update(m.typed("e")())
	path := filepath.Join(dir, name)
	if want := " to " + path; !strings.HasSuffix(m.notice, want) {
		t.Fatalf("says %q, want %s", m.notice, want)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, document); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	for of, want := range map[string]os.FileMode{path: 0o600, dir: 0o700} {
		if info, err := os.Stat(of); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s is %v, %v", of, info.Mode(), err)
		}
	}
	if here, _ := os.ReadDir("."); len(here) > 0 {
		t.Errorf("%s was written to the working directory", here[0].Name())
	}
}

func TestExport(t *testing.T) {
	dir := stateHome(t)
	m, _ := testModel(120, 30, Options{})
	m.take(reporttest.Scanned(reporttest.Fleet(10)))
	m.typed("6")
	for _, name := range []string{"dirs-20261122-160600.json", "dirs-20261122-160600-2.json"} {
		var document struct{ Dirs []struct{ State string } }
		m.written(t, dir, name, &document)
		if len(document.Dirs) != 3 || document.Dirs[0].State != "stale" || !strings.HasPrefix(m.notice, "wrote 3 directories") {
			t.Errorf("wrote %+v, says %q", document, m.notice)
		}
	}
}

// Nothing is written to where one stands, which may be a data directory.
func TestExportFromADataDirectory(t *testing.T) {
	dir := stateHome(t)
	must(t, os.WriteFile(lock.DefaultNames.Lock, nil, 0o600))
	term := runScreen(t, 120, 30, Options{})
	term.show(reporttest.Scanned(reporttest.Fleet(10)))
	term.see("22 dirs")
	term.send("e")
	term.see("wrote 21 directories to " + dir)
	if here, _ := os.ReadDir("."); len(here) != 1 {
		t.Errorf("here are %v", here)
	}
}

func TestExportLog(t *testing.T) {
	dir := stateHome(t)
	m := happened(t, 120, 30, Options{})
	m.typed("l", "/", "4", "4", "1", "0", "enter")
	var document struct {
		Host, Filter string
		Events       []map[string]any
		Errors       []map[string]any
	}
	m.written(t, dir, "log-20261122-160600.json", &document)
	if document.Filter != "4410" || len(document.Events) != 3 || len(document.Errors) != 1 {
		t.Fatalf("wrote %+v", document)
	}
	if e := document.Events[0]; e["type"] != "change" || e["from"] != "held" || e["state"] != "stale" || e["cause"] != "2500 gone" {
		t.Errorf("the first is %v", e)
	}
	if e := document.Events[2]; e["type"] != "handoff" || e["gap_ms"] != 38.2 || e["path"] != reporttest.Root+"/us/shard-02/tenant-0002/data" {
		t.Errorf("the last is %v", e)
	}
	m.typed("esc")
	m.written(t, dir, "log-20261122-160600-2.json", &document)
	if len(document.Events) != 8866+6 {
		t.Errorf("wrote %d", len(document.Events))
	}
	types := map[any]int{}
	for _, e := range document.Events {
		types[e["type"]]++
	}
	if types["break"] != 1 || types["gone"] != 1 || types["handoff"] != 2 || types["change"] != 8866+2 {
		t.Errorf("wrote %v", types)
	}
}

func TestExportHolders(t *testing.T) {
	dir := stateHome(t)
	m := withHolders(t, 120, 30, Options{})
	m.typed("h", "s", "s")
	var document struct {
		Holders []struct {
			PID, Directories int
			State, Worst     string
		}
	}
	m.written(t, dir, "holders-20261122-160600.json", &document)
	if h := document.Holders[0]; h.PID != 2500 || h.Directories != 8866 || h.State != "gone" || h.Worst != "stale" {
		t.Errorf("the first is %+v", h)
	}
}

// Nothing is written where a link leads, where others may write, or into a data directory.
func TestExportIsRefused(t *testing.T) {
	for name, test := range map[string]struct {
		prepare func(t *testing.T, dir string)
		want    error
	}{
		"a link": {func(t *testing.T, dir string) { must(t, os.Symlink(t.TempDir(), dir)) }, nil},
		"a link to nowhere": {func(t *testing.T, dir string) {
			must(t, os.Symlink(filepath.Join(t.TempDir(), "new"), dir))
		}, nil},
		"others may write": {func(t *testing.T, dir string) {
			must(t, os.Mkdir(dir, 0o700))
			must(t, os.Chmod(dir, 0o777))
		}, errNotOurs},
		"a data directory": {func(t *testing.T, dir string) {
			must(t, os.WriteFile(filepath.Join(filepath.Dir(dir), lock.DefaultNames.Lock), nil, 0o600))
		}, errDataDir},
		"a file": {func(t *testing.T, dir string) { must(t, os.WriteFile(dir, nil, 0o600)) }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			dir := stateHome(t)
			test.prepare(t, dir)
			m, _ := testModel(120, 30, Options{})
			m.take(reporttest.Scanned(reporttest.Fleet(10)))
			msg := m.typed("e")().(exportedMsg)
			if msg.err == nil || test.want != nil && !errors.Is(msg.err, test.want) {
				t.Errorf("%v", msg.err)
			}
			if m.Update(msg); !strings.HasPrefix(m.notice, "not written: ") {
				t.Errorf("says %q", m.notice)
			}
		})
	}
}

// A file that somebody put there is not overwritten, and a link not followed.
func TestExportOverwritesNothing(t *testing.T) {
	dir := stateHome(t)
	must(t, os.MkdirAll(dir, 0o700))
	target := filepath.Join(t.TempDir(), "target")
	must(t, os.Symlink(target, filepath.Join(dir, "dirs-20261122-160600.json")))
	m, _ := testModel(120, 30, Options{})
	m.take(reporttest.Scanned(reporttest.Fleet(10)))
	var document any
	m.written(t, dir, "dirs-20261122-160600-2.json", &document)
	if _, err := os.Lstat(target); err == nil {
		t.Error("it was written through the link")
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
