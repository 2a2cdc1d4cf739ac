package report

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"lockscope/lock"
)

// staleDir is a report on a real directory in which a dead process left these files.
func staleDir(t *testing.T, files map[string]string) *Report {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	seen, err := lock.Inspect(dir)
	if err != nil {
		t.Fatal(err)
	}
	r := &Report{Root: dir, Path: dir, Evidence: Evidence{Evidence: seen}}
	if r.Verdict = Classify(&r.Evidence); !r.Breakable() {
		t.Fatalf("%v, want stale", r.Verdict)
	}
	return r
}

var staleFiles = []map[string]string{
	{".handoff.lock": "", ".handoff.pidfile": "2147483647\n"},
	{".handoff.pidfile": "2147483647\n"},
	{".handoff.lock": "", ".handoff.pidfile": ""},
	{".handoff.lock": "", ".handoff.pidfile": "\xff\x1b[2J"},
	{".handoff.lock": "", ".handoff.pidfile": strings.Repeat("x", 80)},
	{".handoff.lock": "", ".handoff.pidfile.tmp": "7", ".handoff.pidfile.8.tmp": ""},
}

// What was seen goes to another host and back, and a break rests on it there as if it had not.
func TestSeenAndBack(t *testing.T) {
	for _, files := range staleFiles {
		r := staleDir(t, files)
		far := decodeLine(t, Line{Change: &Change{Report: r}, Seen: true}.Encode()).Change.Report
		if removed, err := lock.BreakStale(r.Path, far.Evidence.Evidence); err == nil {
			t.Errorf("%q: it was broken here, though it was seen elsewhere: %q", files, removed)
		}
		far.Host = "web-01"
		back, by, err := DecodeSeen(EncodeSeen(far, "alice\x1b@bastion"), lock.DefaultNames)
		if err != nil || by != "alice\x1b@bastion" || back.Path != r.Path || back.Host != "" || !back.Breakable() || back.Verdict.Reasons != r.Verdict.Reasons {
			t.Fatalf("%q: %v, by %q: %+v", files, err, by, back)
		}
		if want, got := lock.DefaultNames.Leftovers(r.Evidence.Evidence), lock.DefaultNames.Leftovers(back.Evidence.Evidence); !reflect.DeepEqual(got, want) {
			t.Errorf("%q would be removed, want %q", got, want)
		}
		removed, err := lock.BreakStale(back.Path, back.Evidence.Evidence)
		if err != nil || len(removed) == 0 {
			t.Errorf("%q: removed %q, %v", files, removed, err)
		}
	}
}

// What changed in between is refused, since the identities that are compared have come along.
func TestSeenIsCompared(t *testing.T) {
	for change, to := range map[string]func(dir string) error{
		"a new pidfile": func(dir string) error {
			old := filepath.Join(dir, ".handoff.pidfile")
			return os.WriteFile(old, []byte("2147483646\n"), 0o600)
		},
		"the lock file replaced": func(dir string) error {
			os.Rename(filepath.Join(dir, ".handoff.lock"), filepath.Join(dir, "kept"))
			return os.WriteFile(filepath.Join(dir, ".handoff.lock"), nil, 0o600)
		},
		"the directory replaced": func(dir string) error {
			if err := os.Rename(dir, dir+".old"); err != nil {
				return err
			}
			return os.CopyFS(dir, os.DirFS(dir+".old"))
		},
	} {
		r := staleDir(t, staleFiles[0])
		far := decodeLine(t, Line{Change: &Change{Report: r}, Seen: true}.Encode()).Change.Report
		back, _, err := DecodeSeen(EncodeSeen(far, ""), lock.DefaultNames)
		if err != nil {
			t.Fatal(err)
		}
		if err := to(r.Path); err != nil {
			t.Fatal(err)
		}
		if removed, err := lock.BreakStale(back.Path, back.Evidence.Evidence); err == nil {
			t.Errorf("%s: removed %q", change, removed)
		}
	}
}

// A break removes what it is told of: so nothing but the protocol's own leftovers can be named.
func TestDecodeSeenRefuses(t *testing.T) {
	good := EncodeSeen(staleDir(t, staleFiles[5]), "")
	if _, _, err := DecodeSeen(good, lock.DefaultNames); err != nil {
		t.Fatal(err)
	}
	for what, spoil := range map[string]func(j *breakRequest){
		"another type":        func(j *breakRequest) { j.Type = "dir" },
		"nothing seen":        func(j *breakRequest) { j.Seen = nil },
		"a relative path":     func(j *breakRequest) { j.Path = "srv" },
		"no directory":        func(j *breakRequest) { j.Seen.Dir = idJSON{} },
		"a held lock":         func(j *breakRequest) { j.Seen.Lock.State = "held" },
		"an unread pidfile":   func(j *breakRequest) { j.Seen.Pidfile.State = "unreadable" },
		"another pidfile":     func(j *breakRequest) { j.Seen.Pidfile = fileJSON{"named", idJSON{Ino: 4}, []byte("x")} },
		"the lock file":       func(j *breakRequest) { j.Seen.Temps[0].Name = []byte(".handoff.lock") },
		"the pidfile":         func(j *breakRequest) { j.Seen.Temps[0].Name = []byte(".handoff.pidfile") },
		"a path":              func(j *breakRequest) { j.Seen.Temps[0].Name = []byte("../.handoff.pidfile.tmp") },
		"data":                func(j *breakRequest) { j.Seen.Temps[0].Name = []byte("kv.db") },
		"a name with a slash": func(j *breakRequest) { j.Seen.Temps[0].Name = []byte(".handoff.pidfile./.tmp") },
	} {
		var j breakRequest
		if err := json.Unmarshal(good, &j); err != nil {
			t.Fatal(err)
		}
		spoil(&j)
		if r, _, err := DecodeSeen(EncodeJSON(j), lock.DefaultNames); err == nil {
			t.Errorf("%s: taken as %+v", what, r.Evidence.Evidence)
		}
	}
	if _, _, err := DecodeSeen(bytes.Repeat([]byte(" "), MaxLine+1), lock.DefaultNames); err == nil {
		t.Error("an object of any length is taken")
	}
	if _, _, err := DecodeSeen(good, lock.Names{Pidfile: "pid"}); err == nil {
		t.Error("a temporary of other names is taken")
	}
}

func FuzzDecodeSeen(f *testing.F) {
	f.Add([]byte(`{"type":"seen","path":"/a","root":"/","seen":{"dir":{"inode":"1"},"lock":{"state":"free","inode":"2"},"pidfile":{"state":"named","inode":"3","text":"Nwo="},"process":"gone"}}`))
	f.Add([]byte(`{"type":"seen","path":"/a","path_bytes":"L/8=","root":"/","by":"a@b","seen":{"dir":{"inode":"1"},"lock":{"state":"missing"},"pidfile":{"state":"missing"},"temps":[{"name":"LmhhbmRvZmYucGlkZmlsZS50bXA="}]}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, by, err := DecodeSeen(text, lock.DefaultNames)
		if err != nil {
			return
		}
		again, _, err := DecodeSeen(EncodeSeen(r, by), lock.DefaultNames)
		if err != nil || !reflect.DeepEqual(again.Evidence.Evidence, r.Evidence.Evidence) {
			t.Fatalf("%v: %+v, then %+v", err, r.Evidence.Evidence, again)
		}
		for _, name := range lock.DefaultNames.Leftovers(r.Evidence.Evidence) {
			if strings.Contains(name, "/") || name == lock.DefaultNames.Lock {
				t.Fatalf("would remove %q", name)
			}
		}
	})
}
