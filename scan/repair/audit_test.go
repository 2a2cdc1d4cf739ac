package repair

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/sys/unix"

	"lockscope/lock"
	"lockscope/scan/hosttest"
	"lockscope/scan/report"
)

// readLog returns the records of an audit log, all of whose lines must be whole and printable.
func readLog(t *testing.T, path string) (records []AuditRecord) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(text) {
		var r AuditRecord
		if err := json.Unmarshal(line, &r); err != nil || !bytes.HasSuffix(line, []byte("}\n")) {
			t.Errorf("%q: %v", line, err)
		}
		if strings.ContainsFunc(string(line[:len(line)-1]), func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Errorf("%q is not safe to print", line)
		}
		records = append(records, r)
	}
	return records
}

func TestAuditLog(t *testing.T) {
	t.Setenv("SUDO_USER", "alice\x1b[2J")
	a := &AuditLog{Path: filepath.Join(t.TempDir(), "state", "lockscope", "audit.ndjson"), Host: "web-07"}
	dirs := []string{"/srv/kv", "/srv/\x1b[2J\x1b]0;owned\a\n", "/srv/\u202egnp", "/srv/\x7f\u009b2J", "/srv/\xff\n"}
	for _, dir := range dirs {
		r := AuditRecord{Dir: dir, Action: "break-stale", Phase: "intent"}
		r.Evidence.files(&lock.Evidence{
			Pidfile: lock.Pidfile{Text: "\x1b[31m\xff\n"},
			Temps:   []lock.Temp{{Name: ".handoff.pidfile.1.tmp"}},
		})
		if err := a.Append(r); err != nil {
			t.Fatal(err)
		}
	}
	records := readLog(t, a.Path)
	if len(records) != len(dirs) {
		t.Fatalf("%d records, want %d", len(records), len(dirs))
	}
	for i, r := range records {
		dir := r.Dir
		if r.DirBytes != nil {
			dir = string(r.DirBytes)
		}
		if dir != dirs[i] {
			t.Errorf("%q on record, want %q", dir, dirs[i])
		}
		if r.Host != "web-07" || r.User == "" || r.SudoUser != "alice\x1b[2J" || r.PID != os.Getpid() || r.Time.IsZero() {
			t.Errorf("%+v", r)
		}
		if r.Evidence.Pidfile.Text != `\x1b[31m\xff\n` || len(r.Evidence.Temps) != 1 {
			t.Errorf("%+v", r.Evidence)
		}
	}
	for path, want := range map[string]fs.FileMode{a.Path: 0o600, filepath.Dir(a.Path): 0o700 | fs.ModeDir} {
		if is, err := os.Stat(path); err != nil || is.Mode() != want {
			t.Errorf("%s: %v, %v, want %v", path, is.Mode(), err, want)
		}
	}
}

func TestDefaultAuditPath(t *testing.T) {
	t.Setenv("HOME", "/home/ops")
	for state, want := range map[string]string{
		"/var/state": "/var/state/lockscope/audit.ndjson",
		"relative":   "/home/ops/.local/state/lockscope/audit.ndjson",
		"":           "/home/ops/.local/state/lockscope/audit.ndjson",
	} {
		t.Setenv("XDG_STATE_HOME", state)
		if got, err := DefaultAuditPath(); got != want || err != nil {
			t.Errorf("%q: %s, %v, want %s", state, got, err, want)
		}
	}
}

// A log that is not a regular file may be a trap, or block: nothing is broken then.
func TestAuditLogIsNoFile(t *testing.T) {
	for kind, plant := range map[string]func(path, other string) error{
		"symlink":          func(path, other string) error { return os.Symlink(other, path) },
		"dangling symlink": func(path, other string) error { return os.Symlink(other+".new", path) },
		"FIFO":             func(path, _ string) error { return unix.Mkfifo(path, 0o600) },
		"directory":        func(path, _ string) error { return os.Mkdir(path, 0o700) },
		"socket":           func(path, _ string) error { return unix.Mknod(path, unix.S_IFSOCK|0o600, 0) },
		"below a file":     func(path, _ string) error { return os.WriteFile(filepath.Dir(path), nil, 0o600) },
	} {
		t.Run(kind, func(t *testing.T) {
			root := t.TempDir()
			dir, other := hosttest.MakeStale(t, filepath.Join(root, "kv")), filepath.Join(root, "other")
			hosttest.WriteFile(t, other, "precious")
			path := filepath.Join(root, "log", "audit.ndjson")
			if kind != "below a file" {
				hosttest.MakeDir(t, filepath.Dir(path))
			}
			if err := plant(path, other); err != nil {
				t.Fatal(err)
			}
			before := treeOf(t, root)
			b := Breaker{Audit: &AuditLog{Path: path}}
			r := staleReport(t, dir)
			wantAttempt(t, b.Check(r), report.WouldBeRefused, "audit")
			wantAttempt(t, b.Break(r), report.Refused, "audit")
			wantTree(t, root, before)
		})
	}
}

// A line that a crash has cut short stands alone.
func TestAuditLogAfterCrash(t *testing.T) {
	a := &AuditLog{Path: filepath.Join(t.TempDir(), "audit.ndjson")}
	hosttest.WriteFile(t, a.Path, `{"time":"2026-`)
	for range 2 {
		if err := a.Append(AuditRecord{Dir: "/kv"}); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(a.Path)
	if err != nil {
		t.Fatal(err)
	}
	cut, rest, _ := strings.Cut(string(text), "\n")
	if cut != `{"time":"2026-` || strings.Count(rest, "\n") != 2 || !json.Valid([]byte(rest[:strings.IndexByte(rest, '\n')])) {
		t.Errorf("%s", text)
	}
}

// Several programs write to one log.
func TestAuditLogShared(t *testing.T) {
	const programs, appends = 4, 40
	if path := os.Getenv(hosttest.Elsewhere); path != "" {
		a := &AuditLog{Path: path}
		for i := range appends {
			if err := a.Append(AuditRecord{Dir: strings.Repeat("d", 100*i), Reason: strconv.Itoa(i)}); err != nil {
				t.Error(err)
			}
		}
		return
	}
	path := filepath.Join(t.TempDir(), "lockscope", "audit.ndjson")
	var running []*exec.Cmd
	for range programs {
		cmd := exec.Command("/proc/self/exe", "-test.run=^"+t.Name()+"$")
		cmd.Env = append(os.Environ(), hosttest.Elsewhere+"="+path)
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		running = append(running, cmd)
	}
	for _, cmd := range running {
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	}
	next := map[int]int{}
	for _, r := range readLog(t, path) {
		i, _ := strconv.Atoi(r.Reason)
		if i != next[r.PID] || len(r.Dir) != 100*i {
			t.Errorf("%d wrote %d, with %d bytes", r.PID, i, len(r.Dir))
		}
		next[r.PID] = i + 1
	}
	for pid, n := range next {
		if n != appends {
			t.Errorf("%d lines by %d, want %d", n, pid, appends)
		}
	}
	if len(next) != programs {
		t.Errorf("by %d programs: %v", len(next), next)
	}
}

// An append waits for another one to end.
func TestAuditLogWaits(t *testing.T) {
	a := &AuditLog{Path: filepath.Join(t.TempDir(), "audit.ndjson")}
	f, err := a.open()
	if err != nil {
		t.Fatal(err)
	}
	written := make(chan error)
	go func() { written <- a.Append(AuditRecord{Dir: "/second"}) }()
	if err := appendLine(f, []byte(`{"dir":"/first"}`+"\n")); err != nil {
		t.Error(err)
	}
	select {
	case err := <-written:
		t.Errorf("it did not wait: %v", err)
	default:
	}
	f.Close()
	if err := <-written; err != nil {
		t.Error(err)
	}
	if r := readLog(t, a.Path); len(r) != 2 || r[0].Dir != "/first" || r[1].Dir != "/second" {
		t.Errorf("%+v", r)
	}
}

// On a file system that is full, a line is written whole or not at all, and
// a break whose intent cannot be is refused.
func TestAuditLogFull(t *testing.T) {
	disk := hosttest.Mount(t, "-t", "tmpfs", "-o", "size=32k", "tmpfs")
	a := &AuditLog{Path: filepath.Join(disk, "audit.ndjson")}
	written := 0
	var err error
	for ; written < 100 && err == nil; written++ {
		err = a.Append(AuditRecord{Dir: strings.Repeat("d", 1500)})
	}
	if !errors.Is(err, unix.ENOSPC) {
		t.Fatalf("after %d lines: %v", written, err)
	}
	if n := len(readLog(t, a.Path)); n != written-1 {
		t.Errorf("%d lines, want %d", n, written-1)
	}
	root := t.TempDir()
	dir := hosttest.MakeStale(t, filepath.Join(root, "kv"))
	before := treeOf(t, root)
	for err = nil; err == nil; { // what is left
		err = a.Append(AuditRecord{})
	}
	b := Breaker{Audit: a}
	if a := wantAttempt(t, b.Break(staleReport(t, dir)), report.Refused, "audit"); !errors.Is(a.Err, unix.ENOSPC) {
		t.Error(a.Err)
	}
	wantTree(t, root, before)
	readLog(t, a.Path)
}

// Where only the outcome cannot be put on record, the error says so, and what was removed is told.
func TestAuditLogFullAtTheOutcome(t *testing.T) {
	root := t.TempDir()
	dir, twin := hosttest.MakeStale(t, filepath.Join(root, "kv-1")), hosttest.MakeStale(t, filepath.Join(root, "kv-2"))
	b := Breaker{Audit: &AuditLog{Path: filepath.Join(root, "audit.ndjson")}}
	wantAttempt(t, b.Break(staleReport(t, twin)), report.Removed, "", pidfileName)
	lines, err := os.ReadFile(b.Audit.Path)
	if err != nil {
		t.Fatal(err)
	}
	intent, outcome, _ := strings.Cut(string(lines), "\n")

	const size = 16 << 10
	b.Audit.Path = filepath.Join(hosttest.Mount(t, "-t", "tmpfs", "-o", fmt.Sprint("size=", size), "tmpfs"), "audit.ndjson")
	hosttest.WriteFile(t, b.Audit.Path, strings.Repeat(" ", size-len(intent)-len(outcome)/2)+"\n")
	a := wantAttempt(t, b.Break(staleReport(t, dir)), report.Failed, "", pidfileName)
	if !errors.Is(a.Err, unix.ENOSPC) || errors.Is(a.Err, lock.ErrRefused) || !strings.Contains(a.Why(), "not in the audit log") {
		t.Error(a.Err)
	}
	if text, err := os.ReadFile(b.Audit.Path); err != nil || strings.Count(string(text), "\n") != 2 || text[len(text)-1] != '\n' {
		t.Errorf("%q, %v", text, err)
	}
}
