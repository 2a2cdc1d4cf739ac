package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"lockscope/lock/locktest"
	"lockscope/lock/proc"
	"lockscope/scan/hosttest"
)

// stall is how long a call is kept from coming back: longer than any of these scans may take.
const stall = 60 * time.Second

// stalled scans the tree under strace, which keeps the calls that match from coming back, and
// returns what was printed. The scan must be over before any of them is.
func (r *rank) stalled(t *testing.T, call, path string, args ...string) map[string]line {
	t.Helper()
	log, err := os.Create(filepath.Join(hosttest.TempDir(t), "strace"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	trace := []string{
		"-f", "--seccomp-bpf", "-qq", "-e", "trace=" + call, "-P", path,
		"-e", fmt.Sprintf("inject=%s:delay_enter=%ds", call, int(stall.Seconds())),
	}
	cmd := exec.Command("strace", append(append(trace, "lockscope", "-o", "ndjson", "--timeout", "2s", r.root), args...)...)
	cmd.Stderr = log // where strace keeps nothing back
	next := follow(t, cmd)
	lines := map[string]line{}
	for l := next(); l.Type != "summary"; l = next() {
		lines[l.Path] = l
	}
	hosttest.Eventually(t, "the scan ends", func() bool {
		children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%[1]d/children", cmd.Process.Pid))
		if err != nil {
			t.Fatal(err)
		}
		return !runs(t, strings.TrimSpace(string(children)))
	})
	if text, err := os.ReadFile(log.Name()); err != nil || !strings.Contains(string(text), call) {
		t.Fatalf("no call of %s on %s was delayed (%v)", call, path, err)
	}
	return lines
}

// runs reports whether a process that strace has started has a thread that runs or waits. When it has
// ended, those are left whose call is delayed, which may be any: strace keeps them stopped, killed or not.
func runs(t *testing.T, pid string) bool {
	t.Helper()
	threads, err := os.ReadDir("/proc/" + pid + "/task")
	if err != nil && !proc.IsGone(err) {
		t.Fatal(err)
	}
	return slices.ContainsFunc(threads, func(thread os.DirEntry) bool {
		tid, _ := strconv.Atoi(thread.Name())
		stat, err := proc.Host.Task(tid).Stat()
		return !proc.IsGone(err) && stat.State != 'Z' && stat.State != 't'
	})
}

// rank is a tree of many directories of all kinds, which other processes are named in.
type rank struct {
	root     string
	free     []string
	stale    []string
	held     []string // by one daemon
	daemon   int
	bystands string // names a process that has nothing to do with it
	stranger int
	unnamed  string
}

func makeRank(t *testing.T) *rank {
	t.Helper()
	r := &rank{root: hosttest.TempDir(t)}
	w := locktest.TestWorld(t)
	for i := range 100 {
		r.free = append(r.free, hosttest.MakeData(t, fmt.Sprintf("%s/a-free-%03d", r.root, i)))
		r.stale = append(r.stale, hosttest.MakeStale(t, fmt.Sprintf("%s/b-stale-%03d", r.root, i)))
		r.held = append(r.held, hosttest.MakeData(t, fmt.Sprintf("%s/c-held-%03d", r.root, i)))
	}
	r.daemon = holdLocks(t, r.held)
	for _, dir := range r.held {
		hosttest.WritePidfile(t, dir, r.daemon)
	}
	site := hosttest.Play(t, w, filepath.Join(r.root, "d-unrelated"), locktest.StaleUnrelated)
	r.bystands, r.stranger = site.Dir, site.Owner
	r.unnamed = hosttest.Play(t, w, filepath.Join(r.root, "e-unnamed"), locktest.UnnamedPlain).Dir // for which all processes are searched
	return r
}

// wantToldInTime scans beside a call that does not come back, and wants that all directories have their state, but for
// those that are to have no answer. It does so once more where others were late on a busy host.
func (r *rank) wantToldInTime(t *testing.T, call, path string, silent []string, args ...string) {
	t.Helper()
	wrong := r.wrong(r.stalled(t, call, path, args...), silent)
	if len(wrong) > 0 {
		t.Log(wrong)
		wrong = r.wrong(r.stalled(t, call, path, args...), silent)
	}
	for _, text := range wrong[:min(len(wrong), 5)] {
		t.Error(text)
	}
	if len(wrong) > 0 {
		t.Errorf("%d directories in all", len(wrong))
	}
}

// wrong says which directories do not have their state.
func (r *rank) wrong(lines map[string]line, silent []string) (wrong []string) {
	want := func(state string, dirs ...string) {
		for _, dir := range dirs {
			state := state
			if slices.Contains(silent, dir) {
				state = "unknown"
			}
			l := lines[dir]
			if state == "unknown" && l.Type == "error" && strings.Contains(l.Error, "no answer") {
				continue // nobody knows that it is a data directory
			}
			if l.State != state || state == "unknown" && !slices.Contains(l.Reasons, "timeout") {
				wrong = append(wrong, fmt.Sprintf("%s: %s %v, want %s: %s %s", dir, l.State, l.Reasons, state, l.Summary, l.Error))
			}
		}
	}
	want("free", r.free...)
	want("stale", r.stale...)
	want("held", r.held...)
	want("stale", r.bystands)
	want("unnamed", r.unnamed)
	return wrong
}

// A call to the file system that does not come back costs the directory that it is about.
func TestStalledCall(t *testing.T) {
	hosttest.NeedRoot(t, "look at all processes")
	needStrace(t)
	r := makeRank(t)
	for _, call := range []string{"statx", "fstat", "newfstatat", "openat"} {
		t.Run(call, func(t *testing.T) {
			dir := r.free[0] // the first, whose file system is not known yet
			r.wantToldInTime(t, call, dir, []string{dir}, "-j", "1")
		})
	}
}

// A process of which /proc shows nothing, since the kernel does not come back, costs the
// directories that cannot be told without it, and nothing else.
func TestStalledProcess(t *testing.T) {
	hosttest.NeedRoot(t, "look at all processes")
	needStrace(t)
	r := makeRank(t)
	somebody := os.Getpid()
	for _, test := range []struct {
		of     string
		call   string
		pid    int
		path   string
		silent bool // the directory that names the stranger cannot be told
	}{
		{"a stranger", "openat", r.stranger, "stat", true},
		{"a stranger", "read", r.stranger, "stat", true},
		{"a stranger", "readlinkat", r.stranger, "ns/mnt", true},
		{"a stranger", "readlinkat", r.stranger, "ns/pid", false},
		{"a stranger", "readlinkat", r.stranger, "cwd", true},
		{"a stranger", "openat", r.stranger, "fd", true},
		{"a stranger", "openat", r.stranger, "maps", true},
		{"a stranger", "openat", r.stranger, "cmdline", false},
		{"a daemon", "openat", r.daemon, "stat", false},
		{"a daemon", "openat", r.daemon, "status", false},
		{"a daemon", "read", r.daemon, "cmdline", false},
		{"a daemon", "readlinkat", r.daemon, "fd/0", false},
		{"a daemon", "readlinkat", r.daemon, "fd/11", false},
		{"a daemon", "openat", r.daemon, "fdinfo/11", false},
		{"a daemon", "openat", r.daemon, "fdinfo", false},
		{"a daemon", "openat", r.daemon, "fd", false},
		{"a daemon", "readlinkat", r.daemon, "ns/mnt", false},
		{"somebody", "openat", somebody, "stat", false},
		{"somebody", "openat", somebody, "fd", false},
		{"somebody", "readlinkat", somebody, "ns/mnt", false},
		{"somebody", "readlinkat", somebody, "ns/pid", false},
		{"init", "readlinkat", 1, "ns/mnt", false},
	} {
		t.Run(test.of+"/"+test.call+"/"+strings.ReplaceAll(test.path, "/", "-"), func(t *testing.T) {
			t.Parallel() // each waits for its time limit, and does little else
			var silent []string
			if test.silent {
				silent = []string{r.bystands}
			}
			r.wantToldInTime(t, test.call, fmt.Sprintf("/proc/%d/%s", test.pid, test.path), silent)
		})
	}
}

// What is asked once for all directories keeps none of them.
func TestStalledTables(t *testing.T) {
	hosttest.NeedRoot(t, "look at all processes")
	needStrace(t)
	r := makeRank(t)
	for call, paths := range map[string][]string{
		"openat":     {"/proc/locks", "/proc"},
		"read":       {"/proc/locks"},
		"getdents64": {"/proc"},
		"readlinkat": {"/proc/self/ns/pid"},
	} {
		for _, path := range paths {
			t.Run(call+strings.ReplaceAll(path, "/", "-"), func(t *testing.T) { r.wantToldInTime(t, call, path, nil) })
		}
	}
}
