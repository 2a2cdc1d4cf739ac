package scan

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lockscope/lock"
)

var (
	lockName    = lock.DefaultNames.Lock
	pidfileName = lock.DefaultNames.Pidfile
	tempName    = pidfileName + ".tmp"
)

// staleReport is what a scan finds of a directory, which must be stale.
func staleReport(t *testing.T, dir string) *Report {
	t.Helper()
	r := once(t, Config{Roots: []string{dir}}).at(t, dir)
	if !r.Breakable() {
		t.Fatalf("%s is %s", dir, r.Verdict.State)
	}
	return r
}

// treeOf lists all that is below a directory, with everything that a break could change.
func treeOf(t *testing.T, root string) map[string]string {
	t.Helper()
	tree := map[string]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		var st unix.Stat_t
		if err == nil {
			err = unix.Lstat(path, &st)
		}
		if err != nil {
			return err
		}
		tree[path] = fmt.Sprintf("%v inode %d, %d bytes, written %d", d.Type(), st.Ino, st.Size, st.Mtim.Nano())
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func wantTree(t *testing.T, root string, want map[string]string) {
	t.Helper()
	if now := treeOf(t, root); !maps.Equal(now, want) {
		t.Errorf("there is\n%v\nwant\n%v", now, want)
	}
}

func TestBreakIsOnRecord(t *testing.T) {
	root := t.TempDir()
	dir := makeStale(t, filepath.Join(root, "kv\n"))
	writeFile(t, filepath.Join(dir, tempName), "")
	b := Breaker{Audit: &AuditLog{Path: filepath.Join(root, "audit.ndjson"), Host: "web-07"}}
	r := staleReport(t, dir)
	want := []string{pidfileName, tempName}
	if removed, err := b.Break(r); err != nil || !slices.Equal(removed, want) {
		t.Errorf("%q, %v", removed, err)
	}
	removed, err := b.Break(r)
	var refused *lock.RefusedError
	if removed != nil || !errors.As(err, &refused) || refused.Reason != lock.RefusedChanged {
		t.Errorf("%q, %v", removed, err)
	}
	records := readLog(t, b.Audit.Path)
	for i, want := range []AuditRecord{
		{Phase: "intent", Files: want},
		{Phase: "outcome", Outcome: "removed", Files: want},
		{Phase: "intent", Files: want},
		{Phase: "outcome", Outcome: "refused", Reason: "changed", Error: Escape(dir) + ": changed since you looked"},
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

// What is at the path by then is not what the outcome is about.
func TestBreakRecordsNothingOfAnother(t *testing.T) {
	root := t.TempDir()
	dir := makeStale(t, filepath.Join(root, "kv"))
	b := Breaker{Audit: &AuditLog{Path: filepath.Join(root, "audit.ndjson")}}
	r := staleReport(t, dir)
	if err := os.Rename(dir, dir+".old"); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(makeDir(t, dir), pidfileName), "secret")
	removed, err := b.Break(r)
	if removed != nil || !errors.Is(err, lock.ErrReplaced) {
		t.Errorf("%q, %v", removed, err)
	}
	if records := readLog(t, b.Audit.Path); len(records) != 2 || records[1].Outcome != "refused" || records[1].Evidence.Pidfile.Text != "" {
		t.Errorf("%+v", records)
	}
}

// The order in which a break asks things of the kernel: the intent is on disk before
// anything is removed; nothing is synced while the lock is held; and nothing but the
// log is opened for writing.
func TestBreakOrder(t *testing.T) {
	if root := os.Getenv(elsewhere); root != "" {
		b := Breaker{Audit: &AuditLog{Path: filepath.Join(root, "log", "audit.ndjson")}}
		if removed, err := b.Break(staleReport(t, filepath.Join(root, "kv"))); err != nil || len(removed) != 2 {
			t.Errorf("%q, %v", removed, err)
		}
		return
	}
	needTool(t, "strace")
	root := tempDir(t)
	dir := makeStale(t, filepath.Join(root, "kv"))
	writeFile(t, filepath.Join(dir, tempName), "")
	trace := filepath.Join(t.TempDir(), "trace")
	again(t, root, func(cmd *exec.Cmd) {
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

// Whatever a tenant swaps in while its locks are broken: nothing outside its
// directory is written, truncated, unlinked or made.
func TestBreakHostile(t *testing.T) {
	root := t.TempDir()
	dir, outside, spare := makeStale(t, filepath.Join(root, "kv")), makeDir(t, filepath.Join(root, "outside")), makeDir(t, filepath.Join(root, "spare"))
	names := []string{lockName, pidfileName, tempName, pidfileName + ".1.tmp"}
	for _, name := range append(names, "precious") {
		writeFile(t, filepath.Join(outside, name), deadPID)
	}
	writeFile(t, filepath.Join(makeDir(t, filepath.Join(outside, "dir")), "precious"), "")
	before, is := treeOf(t, outside), staleReport(t, dir).Evidence
	changed := watchChanges(t, outside, filepath.Join(outside, "dir"))

	file := func(path string) { os.WriteFile(path, []byte(deadPID), 0o644) }
	plant := []func(path string){
		file, file, file, file, file, file,
		func(path string) { os.Symlink(filepath.Join(outside, "precious"), path) },
		func(path string) { os.Symlink(filepath.Join(outside, "new"), path) },
		func(path string) { os.Symlink(filepath.Join(outside, "dir"), path) },
		func(path string) { os.Link(filepath.Join(outside, "precious"), path) },
		func(path string) { os.Link(filepath.Join(outside, lockName), path) },
		func(path string) { unix.Mkfifo(path, 0o666) },
		func(path string) { unix.Mknod(path, unix.S_IFCHR|0o666, int(unix.Mkdev(1, 3))) },
		func(path string) { os.Mkdir(path, 0o755); os.WriteFile(path+"/in", nil, 0o644) },
		func(path string) {},
	}
	stop, stopped := make(chan bool), make(chan bool)
	go func() {
		defer close(stopped)
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			fresh := filepath.Join(spare, fmt.Sprint(i))
			plant[rand.IntN(len(plant))](fresh)
			path := filepath.Join(dir, names[rand.IntN(len(names))])
			if unix.Renameat2(unix.AT_FDCWD, fresh, unix.AT_FDCWD, path, unix.RENAME_EXCHANGE) != nil {
				os.Rename(fresh, path)
			}
			os.RemoveAll(fresh)
			if i%50 == 0 { // the directory itself, for a moment
				os.Rename(dir, fresh)
				os.Symlink(outside, dir)
				os.Remove(dir)
				os.Rename(fresh, dir)
			}
		}
	}()
	b := Breaker{Audit: &AuditLog{Path: filepath.Join(t.TempDir(), "audit.ndjson")}}
	came := map[string]int{}
	for end := time.Now().Add(hostileTime()); time.Now().Before(end); {
		seen, err := lock.Inspect(dir)
		if err != nil || !seen.Dir.SameFile(is.Dir) { // a scan follows no link
			continue
		}
		seen.Process = lock.ProcessGone
		report := &Report{Path: dir, Evidence: Evidence{Evidence: seen}, Verdict: Verdict{State: Stale}}
		removed, err := b.Break(report)
		var refused *lock.RefusedError
		switch {
		case err == nil:
			came["broken"]++
		case errors.As(err, &refused) && removed == nil:
			came[refused.Reason.String()]++
		default:
			came["in part"]++
		}
	}
	close(stop)
	<-stopped
	t.Log(came)
	changed()
	wantTree(t, outside, before)
	readLog(t, b.Audit.Path)
}

func hostileTime() time.Duration {
	if testing.Short() {
		return time.Second / 2
	}
	return 3 * time.Second
}

// watchChanges lets the test fail if anybody opened something in these directories for writing,
// or changed it, until check.
func watchChanges(t *testing.T, dirs ...string) (check func()) {
	t.Helper()
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	const wrong = unix.IN_MODIFY | unix.IN_CLOSE_WRITE | unix.IN_CREATE | unix.IN_DELETE | unix.IN_MOVE
	for _, dir := range dirs {
		if _, err := unix.InotifyAddWatch(fd, dir, wrong); err != nil {
			t.Fatal(err)
		}
	}
	return func() {
		t.Helper()
		var events [4096]byte
		n, err := unix.Read(fd, events[:])
		if err == unix.EAGAIN {
			return
		} else if err != nil {
			t.Fatal(err)
		}
		t.Errorf("outside, something was written: event %#x, %q", binary.NativeEndian.Uint32(events[4:]), events[:n])
	}
}
