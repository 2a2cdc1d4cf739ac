package repair

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"lockscope/lock"
	"lockscope/scan/hosttest"
	"lockscope/scan/report"
)

// A refused break names who holds the lock, and not only whom the pidfile names: so does the check beforehand.
func TestBreakNamesHolder(t *testing.T) {
	for name, take := range map[string]func(f *os.File) (pid int, err error){
		"exclusive": func(f *os.File) (int, error) { return os.Getpid(), unix.Flock(int(f.Fd()), unix.LOCK_EX) },
		"shared":    func(f *os.File) (int, error) { return os.Getpid(), unix.Flock(int(f.Fd()), unix.LOCK_SH) },
		"inherited": func(f *os.File) (int, error) {
			sleep := exec.Command("sleep", "1000")
			sleep.ExtraFiles = []*os.File{f}
			err := errors.Join(unix.Flock(int(f.Fd()), unix.LOCK_EX), sleep.Start(), f.Close())
			t.Cleanup(func() { sleep.Process.Kill(); sleep.Wait() })
			return sleep.Process.Pid, err
		},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			dir := hosttest.MakeStale(t, filepath.Join(root, "kv"))
			r := staleReport(t, dir)
			f, err := os.Open(filepath.Join(dir, lockName))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			pid, err := take(f)
			if err != nil {
				t.Fatal(err)
			}
			b := Breaker{Audit: &AuditLog{Path: filepath.Join(root, "audit.ndjson")}}
			for _, a := range []report.Attempt{
				wantAttempt(t, b.Check(r), report.WouldBeRefused, "held"),
				wantAttempt(t, b.Break(r), report.Refused, "held"),
			} {
				var refused *lock.RefusedError
				if !errors.As(a.Err, &refused) || refused.Holder != pid || refused.PID != 2147483647 || !errors.Is(a.Err, lock.ErrHeld) {
					t.Errorf("%+v, want the holder %d", refused, pid)
				}
				if !strings.HasPrefix(a.Why(), "the lock is held by ") || !strings.HasSuffix(a.Why(), fmt.Sprint(" ", pid)) {
					t.Errorf("%q does not name %d", a.Why(), pid)
				}
			}
			if log := readLog(t, b.Audit.Path); !strings.HasSuffix(log[1].Error, fmt.Sprint(" ", pid)) {
				t.Errorf("on record: %q", log[1].Error)
			}
		})
	}
}

// A lock of another kind, which no flock meets, is somebody's: the break is refused, and said to be so beforehand.
func TestBreakRefusesOtherLocks(t *testing.T) {
	root := t.TempDir()
	dir := hosttest.MakeStale(t, filepath.Join(root, "kv"))
	r := staleReport(t, dir)
	f, err := os.OpenFile(filepath.Join(dir, lockName), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := unix.FcntlFlock(f.Fd(), unix.F_OFD_SETLK, &unix.Flock_t{Type: unix.F_WRLCK}); err != nil {
		t.Fatal(err)
	}
	b := Breaker{Audit: &AuditLog{Path: filepath.Join(root, "audit.ndjson")}}
	before := treeOf(t, dir)
	wantAttempt(t, b.Check(r), report.WouldBeRefused, "held")
	if a := wantAttempt(t, b.Break(r), report.Refused, "held"); !errors.Is(a.Err, lock.ErrPosixLock) || !strings.Contains(a.Why(), "POSIX lock") {
		t.Errorf("%v", a.Err)
	}
	wantTree(t, dir, before)
}

// Who has the lock file open without a lock stands in nobody's way.
func TestBreakDespiteReader(t *testing.T) {
	root := t.TempDir()
	dir := hosttest.MakeStale(t, filepath.Join(root, "kv"))
	b := Breaker{Audit: &AuditLog{Path: filepath.Join(root, "audit.ndjson")}}
	for _, flags := range []int{os.O_RDONLY, os.O_RDWR} {
		hosttest.WriteFile(t, filepath.Join(dir, pidfileName), hosttest.DeadPID)
		r := staleReport(t, dir)
		f, err := os.OpenFile(filepath.Join(dir, lockName), flags, 0)
		if err != nil {
			t.Fatal(err)
		}
		if flags == os.O_RDWR { // it may be a daemon about to lock it, unless it was seen before
			wantAttempt(t, b.Check(r), report.WouldBeRefused, "changed")
			wantAttempt(t, b.Break(r), report.Refused, "changed")
			r.Evidence.Alone = false
		}
		wantAttempt(t, b.Check(r), report.WouldRemove, "", pidfileName)
		wantAttempt(t, b.Break(r), report.Removed, "", pidfileName)
		f.Close()
	}
}

// To say beforehand what a break would come to takes no lock and makes, changes and removes nothing, also
// where somebody has the lock.
func TestCheckTakesNoLock(t *testing.T) {
	if root := os.Getenv(hosttest.Elsewhere); root != "" {
		b := Breaker{Audit: &AuditLog{Path: filepath.Join(root, "log", "audit.ndjson")}}
		wantAttempt(t, b.Check(leasedReport(t, filepath.Join(root, "kv"))), report.WouldRemove, "", pidfileName)
		r := leasedReport(t, filepath.Join(root, "kv"))
		f, err := os.Open(filepath.Join(root, "kv", lockName))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		wantAttempt(t, b.Check(r), report.WouldRemove, "", pidfileName)
		return
	}
	hosttest.NeedTool(t, "strace")
	root := hosttest.TempDir(t)
	hosttest.MakeStale(t, filepath.Join(root, "kv"))
	before := treeOf(t, root)
	trace := filepath.Join(t.TempDir(), "trace")
	hosttest.Again(t, root, func(cmd *exec.Cmd) {
		cmd.Args = append([]string{"strace", "-f", "-y", "-o", trace, "-e", "trace=file,desc"}, append([]string{cmd.Path}, cmd.Args[1:]...)...)
		cmd.Path, _ = exec.LookPath("strace")
	})
	wantTree(t, root, before)
	text, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "F_SETLEASE") {
		t.Errorf("no lease was asked for:\n%s", text)
	}
	changes := regexp.MustCompile(`flock\(|unlink|rename|mkdir|link\(|chmod|chown|utime|truncate|O_WRONLY|O_RDWR|O_CREAT`)
	for line := range strings.Lines(string(text)) {
		if strings.Contains(line, filepath.Join(root, "kv")) && changes.MatchString(line) {
			t.Errorf("this changes something: %s", line)
		}
	}
}

func TestAuditCheck(t *testing.T) {
	root := t.TempDir()
	existing := filepath.Join(root, "log")
	hosttest.WriteFile(t, existing, "")
	if err := os.Symlink(filepath.Join(root, "nowhere"), filepath.Join(root, "link")); err != nil {
		t.Fatal(err)
	}
	before := treeOf(t, root)
	for path, good := range map[string]bool{
		existing:                             true,
		filepath.Join(root, "a", "b", "log"): true,
		filepath.Join(existing, "log"):       false,
		filepath.Join(root, "link"):          false,
		filepath.Join(root, "link", "log"):   false,
		root:                                 false,
	} {
		if err := (&AuditLog{Path: path}).Check(); (err == nil) != good {
			t.Errorf("%s: %v", path, err)
		}
	}
	wantTree(t, root, before)
}

// Without a home there is no place for the log, and the way out is named.
func TestBreakWithoutHome(t *testing.T) {
	dir, file := hosttest.MakeStale(t, filepath.Join(t.TempDir(), "kv")), filepath.Join(t.TempDir(), "file")
	hosttest.WriteFile(t, file, "")
	r := staleReport(t, dir)
	before := treeOf(t, dir)
	for name, env := range map[string][2]string{"no home": {"", ""}, "relative": {"home", ""}, "not to be made": {"", file}} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("HOME", env[0])
			t.Setenv("XDG_STATE_HOME", env[1])
			b := Breaker{Audit: &AuditLog{}}
			for _, a := range []report.Attempt{wantAttempt(t, b.Check(r), report.WouldBeRefused, "audit"), wantAttempt(t, b.Break(r), report.Refused, "audit")} {
				if !strings.Contains(a.Why(), "--audit-log") {
					t.Errorf("%q names no way out", a.Why())
				}
			}
			wantTree(t, dir, before)
		})
	}
}
