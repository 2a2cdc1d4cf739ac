package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lockscope/lock"
	"lockscope/lock/locktest"
	"lockscope/scan/hosttest"
)

// nobody runs the command as a user who owns nothing.
func nobody(t *testing.T, args ...string) (lines map[string]line, status int) {
	t.Helper()
	cmd := exec.Command(hosttest.OwnCopy(t, "lockscope"), args...)
	cmd.Dir = "/"
	hosttest.AsNobody(cmd)
	return lockscope(t, cmd)
}

// One who may not look at other users' processes is told so, and no daemon is
// taken for dead.
func TestUnprivileged(t *testing.T) {
	hosttest.NeedRoot(t, "become somebody else")
	root := hosttest.TempDir(t)
	w := locktest.TestWorld(t)
	dirs := map[*locktest.Scene]string{}
	for _, scene := range []*locktest.Scene{
		&locktest.HeldPlain, &locktest.FreePlain, &locktest.StalePlain, &locktest.StaleUnrelated, &locktest.StaleReused,
		&locktest.UnguardedPlain, &locktest.UnnamedPlain, &locktest.OrphanedPlain, &locktest.MismatchPlain,
	} {
		site := hosttest.Play(t, w, filepath.Join(root, scene.Name), *scene)
		dirs[scene] = site.Dir
	}
	closed := hosttest.MakeStale(t, root+"/closed")
	if err := os.Chmod(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	secretLock, secretPidfile := hosttest.MakeStale(t, root+"/secret-lock"), hosttest.MakeStale(t, root+"/secret-pidfile")
	for _, name := range []string{filepath.Join(secretLock, lock.DefaultNames.Lock), filepath.Join(secretPidfile, lock.DefaultNames.Pidfile)} {
		if err := os.Chmod(name, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want := map[string]string{
		dirs[&locktest.HeldPlain]:     "held [holder-not-visible]",
		dirs[&locktest.FreePlain]:     "free []",
		dirs[&locktest.StalePlain]:    "stale [pid-gone]",
		dirs[&locktest.UnnamedPlain]:  "unnamed [pidfile-missing]",
		dirs[&locktest.OrphanedPlain]: "unknown [pid-gone holder-not-visible]",
		// It lives, and holds or not.
		dirs[&locktest.MismatchPlain]: "held [holder-not-visible]",
		// They live, and whether they use the directory is not for others to see.
		dirs[&locktest.StaleUnrelated]: "unknown [permission]",
		dirs[&locktest.StaleReused]:    "unknown [permission]",
		dirs[&locktest.UnguardedPlain]: "unknown [permission]",
		secretPidfile:                  "unknown [pidfile-unreadable permission]",
	}
	for _, probe := range []string{"auto", "flock"} {
		t.Run(probe, func(t *testing.T) {
			lines, _ := nobody(t, "-o", "ndjson", "--probe", probe, root)
			for dir, want := range want {
				l := lines[dir]
				if got := fmt.Sprint(l.State, " ", l.Reasons); got != want {
					t.Errorf("%s: %s, want %s: %s", filepath.Base(dir), got, want, l.Summary)
				}
				t.Log(filepath.Base(dir), l.State, l.Reasons, l.Summary, "=>", l.Next)
				if strings.HasPrefix(want, "unknown") && !strings.Contains(l.Summary+l.Next, "root") {
					t.Errorf("%s: not told to run as root: %s => %s", filepath.Base(dir), l.Summary, l.Next)
				}
			}
			if l := lines[closed]; l.Type != "error" || !strings.Contains(l.Error, "permission denied") {
				t.Errorf("closed: %+v", l)
			}
			// The lock file cannot be opened, but the kernel's table has no line of it: that is no answer.
			if l := lines[secretLock]; l.State != "unknown" || !slices.Contains(l.Reasons, "permission") {
				t.Errorf("secret-lock: %+v", l)
			}
		})
	}
}

// Who may take no lease is told of what happens too, also of what only a flock can tell: when it has rested.
func TestUnprivilegedIsTold(t *testing.T) {
	hosttest.NeedRoot(t, "become somebody else")
	root := hosttest.TempDir(t)
	w := locktest.TestWorld(t)
	dir := hosttest.MakeDir(t, root+"/kv")
	from, err := w.Daemon(dir)
	if err != nil {
		t.Fatal(err)
	}
	to, err := w.Daemon(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := from.Acquire(); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(hosttest.OwnCopy(t, "lockscope"), "-w", "-o", "ndjson", "-i", "1h", root)
	cmd.Dir, cmd.Stderr = "/", os.Stderr
	hosttest.AsNobody(cmd)
	next := follow(t, cmd)
	until := func(state string) {
		t.Helper()
		for l := next(); l.Path != dir || l.State != state; l = next() {
			if l.Type != "summary" && !slices.Contains([]string{"held", "free"}, l.State) {
				t.Errorf("%+v", l)
			}
		}
	}
	until("held")
	if err := from.Release(); err != nil {
		t.Fatal(err)
	}
	until("free")
	if err := to.Acquire(); err != nil {
		t.Fatal(err)
	}
	until("held")
	to.Kill()
	until("stale")
}

// Where nothing can be looked up, what there is may still be listed: a directory that
// has neither file is no data directory.
func TestUnsearchable(t *testing.T) {
	hosttest.NeedRoot(t, "become somebody else")
	root := hosttest.TempDir(t)
	plain, data := hosttest.MakeDir(t, root+"/plain"), hosttest.MakeStale(t, root+"/data")
	for _, dir := range []string{plain, data} {
		if err := os.Chmod(dir, 0o744); err != nil {
			t.Fatal(err)
		}
	}
	lines, _ := nobody(t, "-o", "ndjson", root)
	if l, ok := lines[plain]; ok {
		t.Errorf("plain: %+v", l)
	}
	if l := lines[data]; l.State != "unknown" || !slices.Contains(l.Reasons, "permission") {
		t.Errorf("data: %+v", l)
	}
}

// Who cannot see the holder is told what would let him.
func TestUnseenHolderHint(t *testing.T) {
	hosttest.NeedRoot(t, "make namespaces and other users")
	site, err := locktest.TestWorld(t).Make(filepath.Join(hosttest.TempDir(t), "data"), locktest.Held)
	if err != nil {
		t.Fatal(err)
	}
	lines, _ := nobody(t, "-o", "ndjson", site.Dir)
	if l := lines[site.Dir]; l.State != "held" || !strings.Contains(l.Summary+l.Next, "root") {
		t.Errorf("%s: %s => %s", l.State, l.Summary, l.Next)
	}
}

// Root without a capability is told which it lacks.
func TestRootWithoutPtrace(t *testing.T) {
	hosttest.NeedRoot(t, "give up a capability")
	hosttest.NeedTool(t, "setpriv")
	root := hosttest.TempDir(t)
	other := exec.Command("setpriv", "--reuid", "65534", "--clear-groups", "sleep", "1000")
	hosttest.Begin(t, other)
	hosttest.Eventually(t, "it is somebody else's", func() bool {
		status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", other.Process.Pid))
		return strings.Contains(string(status), "Uid:\t65534")
	})
	dir := hosttest.MakeStale(t, root+"/data")
	hosttest.WritePidfile(t, dir, other.Process.Pid)
	cmd := exec.Command("setpriv", "--bounding-set", "-sys_ptrace", "--inh-caps", "-sys_ptrace", "lockscope", "-o", "ndjson", root)
	lines, _ := lockscope(t, cmd)
	if l := lines[dir]; l.State != "unknown" || !strings.Contains(l.Next, "CAP_SYS_PTRACE") || strings.Contains(l.Next, "run as root") {
		t.Errorf("%+v", l)
	}
}
