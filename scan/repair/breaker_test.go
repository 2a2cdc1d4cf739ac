package repair

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"lockscope/lock"
	"lockscope/scan/hosttest"
	"lockscope/scan/report"
)

func TestBreakIsOnRecord(t *testing.T) {
	root := t.TempDir()
	dir := hosttest.MakeStale(t, filepath.Join(root, "kv\n"))
	hosttest.WriteFile(t, filepath.Join(dir, tempName), "")
	b := Breaker{Audit: &AuditLog{Path: filepath.Join(root, "audit.ndjson"), Host: "web-07"}}
	r := staleReport(t, dir)
	want := []string{pidfileName, tempName}
	wantAttempt(t, b.Break(r), report.Removed, "", want...)
	wantAttempt(t, b.Break(r), report.Refused, "changed")
	records := readLog(t, b.Audit.Path)
	for i, want := range []AuditRecord{
		{Phase: "intent", Files: want},
		{Phase: "outcome", Outcome: "removed", Files: want},
		{Phase: "intent", Files: want},
		{Phase: "outcome", Outcome: "refused", Reason: "changed", Error: "changed since you looked"},
	} {
		if len(records) <= i {
			t.Fatalf("%d records", len(records))
		}
		got := records[i]
		if got.Phase != want.Phase || got.Outcome != want.Outcome || got.Reason != want.Reason || got.Error != want.Error ||
			!slices.Equal(got.Files, want.Files) || got.Dir != dir || got.Action != "break-stale" || got.Host != "web-07" {
			t.Errorf("%+v, want %+v", got, want)
		}
		e := got.Evidence
		if e.Lock.Inode != r.Evidence.Lock.ID.Ino {
			t.Errorf("lock file %d, want %d", e.Lock.Inode, r.Evidence.Lock.ID.Ino)
		}
		if seen := want.Phase == "intent"; (e.Pidfile.PID == 2147483647) != seen || (e.State == "stale") != seen || (e.Process == "gone") != seen || (len(e.Temps) == 1) != seen {
			t.Errorf("%s: %+v", want.Phase, e)
		}
	}
}

// A break that was given up may go on once its file system gives an answer. What it came to then is on record too.
func TestLateBreakIsOnRecord(t *testing.T) {
	t.Parallel()
	disk := hosttest.MountImage(t, "ext4")
	dir := hosttest.MakeStale(t, filepath.Join(disk, "kv"))
	b := Breaker{Audit: &AuditLog{Path: filepath.Join(t.TempDir(), "audit.ndjson")}}
	r := staleReport(t, dir)
	thaw := freeze(t, disk)
	if a := b.Break(r); a.Outcome != report.Failed || !errors.Is(a.Err, report.ErrNoAnswer) || !strings.Contains(a.Why(), "may still be removed") {
		t.Errorf("%v: %v", a.Outcome, a.Err)
	}
	thaw()
	var told []string
	hosttest.Eventually(t, "what it came to is on record", func() bool {
		told = nil
		for _, record := range readLog(t, b.Audit.Path) {
			told = append(told, fmt.Sprint(record.Phase, record.Outcome, record.Files))
		}
		return len(told) > 2
	})
	files := "[" + pidfileName + "]"
	if want := []string{"intent" + files, "outcomefailed[]", "outcomeremoved" + files}; !slices.Equal(told, want) {
		t.Errorf("%q, want %q", told, want)
	}
	if _, err := os.Lstat(filepath.Join(dir, pidfileName)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the pidfile: %v", err)
	}
}

// freeze lets everybody hang who changes something on the file system of a directory, until thaw or the test's end.
func freeze(t *testing.T, dir string) (thaw func()) {
	t.Helper()
	const freeze, thawed = 0xC0045877, 0xC0045878 // FIFREEZE, FITHAW in linux/fs.h
	fd, err := unix.Open(dir, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err == nil {
		err = unix.IoctlSetInt(fd, freeze, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	thaw = sync.OnceFunc(func() {
		if err := unix.IoctlSetInt(fd, thawed, 0); err != nil {
			t.Error(err)
		}
		unix.Close(fd)
	})
	t.Cleanup(thaw)
	return thaw
}

// What is at the path by then is not what the outcome is about.
func TestBreakRecordsNothingOfAnother(t *testing.T) {
	root := t.TempDir()
	dir := hosttest.MakeStale(t, filepath.Join(root, "kv"))
	b := Breaker{Audit: &AuditLog{Path: filepath.Join(root, "audit.ndjson")}}
	r := staleReport(t, dir)
	if err := os.Rename(dir, dir+".old"); err != nil {
		t.Fatal(err)
	}
	hosttest.WriteFile(t, filepath.Join(hosttest.MakeDir(t, dir), pidfileName), "secret")
	wantAttempt(t, b.Break(r), report.Refused, "replaced")
	if records := readLog(t, b.Audit.Path); len(records) != 2 || records[1].Outcome != "refused" || records[1].Evidence.Pidfile.Text != "" {
		t.Errorf("%+v", records)
	}
}

// What the system fails at is failed, and what is made in part, in the attempt as on record: nothing is said to be refused, which
// says that nothing was changed and nothing went wrong.
func TestBreakFails(t *testing.T) {
	const eio = ":error=EIO"
	for name, test := range map[string]struct {
		inject  []string // what strace(1) lets fail, and on which path
		noLock  bool
		removed []string
		left    string // a pattern of names, beside those that were there and were not removed
	}{
		"lock":                 {[]string{"flock" + eio, lockName}, false, nil, ""},
		"pidfile":              {[]string{"unlinkat" + eio, pidfileName}, false, nil, ""},
		"temporary":            {[]string{"unlinkat" + eio, tempName}, false, []string{pidfileName}, ""},
		"no lock file: move":   {[]string{"renameat2" + eio, pidfileName}, true, nil, ""},
		"no lock file: remove": {[]string{"unlinkat" + eio, ""}, true, nil, ""},
		"no lock file: remove, and put back": {[]string{"unlinkat" + eio, "", "renameat2" + eio + ":when=2+", ""}, true, nil,
			pidfileName + ".[0-9]*.tmp"},
	} {
		t.Run(name, func(t *testing.T) {
			if root := os.Getenv(hosttest.Elsewhere); root != "" {
				runtime.LockOSThread() // strace counts the calls of each thread
				b := Breaker{Audit: &AuditLog{Path: filepath.Join(root, "log", "audit.ndjson")}}
				r := leasedReport(t, filepath.Join(root, "kv"))
				wantAttempt(t, b.Check(r), report.WouldRemove, "", b.Names.Leftovers(r.Evidence.Evidence)...)
				if a := wantAttempt(t, b.Break(r), report.Failed, "", test.removed...); !errors.Is(a.Err, unix.EIO) {
					t.Error(a.Err)
				}
				return
			}
			hosttest.NeedTool(t, "strace")
			root := hosttest.TempDir(t)
			dir := hosttest.MakeStale(t, filepath.Join(root, "kv"))
			hosttest.WriteFile(t, filepath.Join(dir, tempName), "")
			if test.noLock {
				if err := os.Remove(filepath.Join(dir, lockName)); err != nil {
					t.Fatal(err)
				}
			}
			before := treeOf(t, dir)
			hosttest.Again(t, root, func(cmd *exec.Cmd) {
				args := []string{"strace", "-f", "-qq", "-o", "/dev/null"}
				for i := 0; i < len(test.inject); i += 2 {
					path := test.inject[i+1]
					if path == "" {
						path = dir
					}
					args = append(args, "-P", path, "-P", filepath.Join(dir, path), "-e", "inject="+test.inject[i])
				}
				cmd.Args = append(append(args, cmd.Path), cmd.Args[1:]...)
				cmd.Path, _ = exec.LookPath("strace")
			})
			for path := range treeOf(t, dir) {
				if ok, _ := filepath.Match(test.left, filepath.Base(path)); before[path] == "" && !ok {
					t.Errorf("there is %s", path)
				}
				delete(before, path)
			}
			gone := test.removed
			if test.left != "" {
				gone = []string{pidfileName}
			}
			for path := range before {
				if path != dir && !slices.Contains(gone, filepath.Base(path)) {
					t.Errorf("%s is gone", path)
				}
			}
			if r := readLog(t, filepath.Join(root, "log", "audit.ndjson")); len(r) != 2 || r[1].Outcome != "failed" || r[1].Error == "" || !slices.Equal(r[1].Files, test.removed) {
				t.Errorf("%+v", r)
			}
		})
	}
}

// leasedReport is staleReport where no flock can be asked for.
func leasedReport(t *testing.T, dir string) *report.Report {
	t.Helper()
	d, err := lock.OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	seen := lock.Evidence{Lock: d.LeaseSeen(d.LockFile()), Pidfile: d.Pidfile(), Process: lock.ProcessGone}
	seen.Dir, err = d.ID()
	temps, temporaries := d.Temps()
	if seen.Temps = temps; seen.Lock.Err != nil || err != nil || temporaries != nil {
		t.Fatal(seen.Lock.Err, err, temporaries)
	}
	return &report.Report{Path: dir, Evidence: report.Evidence{Evidence: seen}, Verdict: report.Verdict{State: report.Stale}}
}

// The order in which a break asks things of the kernel: the intent is on disk before
// anything is removed; nothing is synced while the lock is held; and nothing but the
// log is opened for writing.
func TestBreakOrder(t *testing.T) {
	if root := os.Getenv(hosttest.Elsewhere); root != "" {
		b := Breaker{Audit: &AuditLog{Path: filepath.Join(root, "log", "audit.ndjson")}}
		wantAttempt(t, b.Break(staleReport(t, filepath.Join(root, "kv"))), report.Removed, "", pidfileName, tempName)
		return
	}
	hosttest.NeedTool(t, "strace")
	root := hosttest.TempDir(t)
	dir := hosttest.MakeStale(t, filepath.Join(root, "kv"))
	hosttest.WriteFile(t, filepath.Join(dir, tempName), "")
	trace := filepath.Join(t.TempDir(), "trace")
	hosttest.Again(t, root, func(cmd *exec.Cmd) {
		cmd.Args = append([]string{"strace", "-f", "-y", "-s", "200", "-o", trace, "-e",
			"trace=open,openat,creat,write,pwrite64,fsync,fdatasync,sync,syncfs,flock,unlink,unlinkat,rename,renameat,renameat2,link,linkat,truncate,ftruncate,chmod,fchmodat,mkdirat", cmd.Path}, cmd.Args[1:]...)
		cmd.Path, _ = exec.LookPath("strace")
	})
	text, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	log, lockFile := filepath.Join(root, "log", "audit.ndjson"), filepath.Join(dir, lockName)
	var got []string
	for line := range strings.Lines(string(text)) {
		for what, pattern := range map[string]string{
			"intent":                `write\(\d+<` + regexp.QuoteMeta(log) + `>, .*phase\\":\\"intent`,
			"outcome":               `write\(\d+<` + regexp.QuoteMeta(log) + `>, .*phase\\":\\"outcome`,
			"sync":                  `(fsync|fdatasync|sync|syncfs)\(.*<` + regexp.QuoteMeta(log) + `>`,
			"sync of the directory": `fsync\(\d+<` + regexp.QuoteMeta(dir) + `>`,
			"lock":                  `flock\(\d+<` + regexp.QuoteMeta(lockFile) + `>, LOCK_EX\|LOCK_NB`,
			"unlock":                `flock\(\d+<` + regexp.QuoteMeta(lockFile) + `>, LOCK_UN`,
			"unlink":                `unlinkat\(\d+<` + regexp.QuoteMeta(dir) + `>, "\.handoff\.pidfile(\.tmp)?", 0\)`,
		} {
			if regexp.MustCompile(pattern).MatchString(line) {
				got = append(got, what)
			}
		}
		opens := regexp.MustCompile(`open(at)?\(.*(O_WRONLY|O_RDWR|O_CREAT|O_TRUNC)|creat\(|truncate\(|rename|link\(|chmod|mkdir`)
		if opens.MatchString(line) && strings.Contains(line, root) && !strings.Contains(line, filepath.Dir(log)) {
			t.Errorf("this writes: %s", line)
		}
	}
	want := "intent, sync, lock, unlink, unlink, unlock, sync of the directory, outcome, sync"
	at := max(slices.Index(got, "intent"), 0) // before it, there was the scan
	if order := strings.Join(got[at:], ", "); order != want {
		t.Errorf("%s\nwant %s\n%s", order, want, text)
	}
}
