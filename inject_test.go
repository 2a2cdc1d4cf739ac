package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lockscope/lock/locktest"
	"lockscope/scan/hosttest"
)

// truth is the state of each directory of a tree, as those who made it know.
type truth struct {
	root   string
	states map[string]string
}

// lasting are the scenes of which nothing changes while nobody does anything.
func lasting() []locktest.Scene {
	return slices.DeleteFunc(slices.Clone(locktest.Scenes), func(s locktest.Scene) bool { return s.Name == locktest.HeldAcquiring.Name })
}

// makeTruth makes a tree with a directory for each scene of which nothing changes.
func makeTruth(t *testing.T) *truth {
	t.Helper()
	tr := &truth{root: hosttest.TempDir(t), states: map[string]string{}}
	w := locktest.TestWorld(t)
	for _, scene := range lasting() {
		site := hosttest.Play(t, w, filepath.Join(tr.root, scene.Name), scene)
		tr.states[site.Dir] = string(site.State)
		if scene.Name == locktest.HeldRenamed.Name {
			tr.states[site.Dir+".old"] = string(locktest.Held)
		}
	}
	return tr
}

// wrong says where lines of a scan are not true. Where something could not be read, "unknown" may be
// said instead, and an error instead of a line: of the directory, of one above it, or of a root.
func (tr *truth) wrong(lines map[string]line) (wrong []string) {
	for dir, want := range tr.states {
		l, ok := lines[dir]
		switch {
		case l.Type == "error" || ok && isWeaker(l, want):
		case ok:
			wrong = append(wrong, fmt.Sprintf("%s: %s %v, want %s or unknown: %s", filepath.Base(dir), l.State, l.Reasons, want, l.Summary))
		case lines[tr.root].Type != "error":
			wrong = append(wrong, fmt.Sprintf("%s: no line, want %s", filepath.Base(dir), want))
		}
	}
	for path, l := range lines {
		if l.Type == "dir" && tr.states[path] == "" && l.State != "unknown" {
			wrong = append(wrong, fmt.Sprintf("%s: %s, which is not there", path, l.State))
		}
	}
	return wrong
}

// isWeaker reports whether what was said claims no more than is true. A holder that cannot be looked into is said
// not to be visible. One of a lock file that was deleted is not known of then: nothing in the directory tells of it.
func isWeaker(l line, want string) bool {
	switch {
	case l.State == want || l.State == "unknown":
		return true
	case want == "split":
		return l.State != "stale"
	}
	if want == "orphaned" && l.State == "mismatch" { // whether its owner has ended is not known
		return true
	}
	return l.State == "held" && slices.Contains(l.Reasons, "holder-not-visible") && (want == "mismatch" || want == "orphaned")
}

// injected runs lockscope under strace, which makes system calls fail. It must come to its end, and not by a
// fault of its own. paths are those that the calls are about; none means all.
func (tr *truth) injected(t *testing.T, inject string, paths ...string) (lines map[string]line, status int) {
	t.Helper()
	log := filepath.Join(hosttest.TempDir(t), "strace")
	cmd := exec.Command("strace", slices.Concat(straceArgs(inject, log, paths), []string{"lockscope", "-o", "ndjson", "--timeout", "1m", tr.root})...)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	lines, status = lockscope(t, cmd)
	if status != 0 && status != 3 || strings.Contains(errs.String(), "goroutine ") {
		t.Errorf("exit status %d: %s", status, &errs)
	}
	if text, err := os.ReadFile(log); err != nil || !bytes.Contains(text, []byte("INJECTED")) {
		t.Fatalf("no call failed: %v", err)
	}
	return lines, status
}

// straceArgs are strace's arguments for an injection such as "kill:error=EIO".
func straceArgs(inject, log string, paths []string) []string {
	call, _, _ := strings.Cut(inject, ":")
	args := []string{"-f", "--seccomp-bpf", "-qq", "-o", log, "-e", "trace=" + call, "-e", "inject=" + inject}
	for _, path := range paths {
		args = append(args, "-P", path)
	}
	return args
}

// Whatever system call fails, and however often: a verdict is true, or none is given, and that is said.
func TestInjectedErrors(t *testing.T) {
	hosttest.NeedRoot(t, "look at all processes")
	needStrace(t)
	tr := makeTruth(t)
	in := func(names ...string) (paths []string) {
		for _, name := range names {
			paths = append(paths, filepath.Join(tr.root, name))
		}
		return paths
	}
	const reads = "read,pread64:error=EIO"
	for _, test := range []struct {
		inject string // strace counts the calls of each thread by itself
		paths  []string
		status int
		want   map[string]string // states of directories, or "error"
	}{
		// Each call that a look makes in a directory.
		{"newfstatat:error=EIO", in("free", "stale"), 0, map[string]string{"free": "unknown", "stale": "unknown"}},
		{"newfstatat:error=EIO", in("split-alone", "stale-no-lock-file"), 0, map[string]string{"split-alone": "unknown", "stale-no-lock-file": "unknown"}},
		{"newfstatat:error=EIO", []string{".handoff.pidfile.tmp"}, 0, map[string]string{"stale-temp": "unknown", "stale-pid-temp": "stale"}},
		{"openat:error=EIO", in("free", "stale"), 0, map[string]string{"free": "unknown", "stale": "unknown"}},
		{"openat:error=ENOMEM", []string{".handoff.pidfile"}, 0, map[string]string{"stale": "unknown", "free": "free", "stale-temp": "stale"}},
		{reads, in("stale/.handoff.pidfile", "held/.handoff.pidfile"), 0, map[string]string{"stale": "unknown", "held": "unknown"}},
		{"fstat:error=ESTALE", in("free", "stale"), 0, map[string]string{"free": "unknown", "stale": "unknown"}},
		{"getdents64:error=EIO", in("free", "stale-temp", "stale"), 0, map[string]string{"free": "unknown", "stale-temp": "unknown", "stale": "unknown"}},
		{"fcntl:error=EIO", in("free/.handoff.lock", "stale/.handoff.lock"), 0, nil},
		{"statfs:error=EIO", nil, 0, nil},
		{"statx:error=EIO", nil, 0, nil},
		// The walk: what is below is told though the root itself cannot be looked at.
		{"newfstatat:error=EIO", in(""), 3, map[string]string{"": "error", "free": "free", "held": "held", "stale": "stale"}},
		{"getdents64:error=EIO", in(""), 3, map[string]string{"": "error"}},
		// What is asked about processes.
		{"kill,tgkill:error=ENOSYS", nil, 0, nil},
		{"kill:error=EIO", nil, 0, nil},
		{"readlinkat:error=ENOMEM", in("unguarded-link", "unguarded-link/db", "unguarded-link/db/wal"), 0, map[string]string{"unguarded-link": "unknown"}},
		{"openat2:error=ENOMEM", in("unguarded-link", "unguarded-link/db"), 0, nil},
		{"readlinkat:error=EIO:when=3+5", nil, 0, nil},
		{"openat:error=ENOMEM:when=40+7", nil, 0, nil},
		{reads, []string{"/proc/locks"}, 0, nil},
		{"openat:error=EACCES", []string{"/proc/locks"}, 0, nil},
		{"openat:error=ENOMEM", []string{"/proc/self/mountinfo"}, 0, nil},
		{"readlinkat:error=EIO", []string{"/proc/self/ns/pid"}, 0, nil},
		{"readlinkat:error=EIO", []string{"/proc/self/ns/mnt"}, 0, nil},
		{"getdents64:error=EIO", []string{"/proc"}, 0, nil},
	} {
		t.Run(strings.ReplaceAll(test.inject+" "+strings.Join(test.paths, " "), tr.root, ""), func(t *testing.T) {
			t.Parallel() // each waits for second looks
			lines, status := tr.injected(t, test.inject, test.paths...)
			for _, text := range tr.wrong(lines) {
				t.Error(text)
			}
			for name, want := range test.want {
				l := lines[filepath.Join(tr.root, name)]
				if l.State != want && (l.Type != want || l.Error == "") || want == "unknown" && l.Next == "" {
					t.Errorf("%q: %+v, want %s", name, l, want)
				}
			}
			if status != test.status && !(test.want == nil && status == 3) {
				t.Errorf("exit status %d, want %d", status, test.status)
			}
		})
	}
}

// An error of the file system is no verdict, and has a next step.
func TestInjectedError(t *testing.T) {
	needStrace(t)
	root := hosttest.TempDir(t)
	dir := hosttest.MakeStale(t, root+"/data")
	cmd := exec.Command("strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=flock", "-e", "inject=flock:error=EIO",
		"lockscope", "-o", "ndjson", "--probe", "flock", root)
	lines, _ := lockscope(t, cmd)
	if l := lines[dir]; l.State != "unknown" || fmt.Sprint(l.Reasons) != "[io-error]" || l.Next == "" {
		t.Errorf("%+v", l)
	}
}

// What only tells sooner may fail: then it is polled. A watch comes to the end of its first look and sees what
// changes.
func TestInjectedErrorsOfEvents(t *testing.T) {
	hosttest.NeedRoot(t, "look at all processes")
	needStrace(t)
	for _, inject := range []string{
		"inotify_init1:error=EMFILE", "inotify_add_watch:error=ENOSPC", "inotify_add_watch:error=EACCES", "inotify_add_watch:error=EIO:when=2+2",
		"pidfd_open:error=ENOSYS", "pidfd_open:error=EMFILE:when=2+2", "epoll_ctl:error=ENOSPC:when=4+1", "prlimit64:error=EPERM", "getrusage:error=EPERM",
	} {
		t.Run(inject, func(t *testing.T) {
			t.Parallel()
			root := hosttest.TempDir(t)
			w := locktest.TestWorld(t)
			held := hosttest.Play(t, w, filepath.Join(root, "held"), locktest.HeldPlain)
			dir := hosttest.MakeStale(t, filepath.Join(root, "stale"))
			log := filepath.Join(hosttest.TempDir(t), "strace")
			next := follow(t, exec.Command("strace", slices.Concat(straceArgs(inject, log, nil),
				[]string{"lockscope", "-w", "-o", "ndjson", "-i", "100ms", "--timeout", "1m", root})...))
			until := func(path, state string) {
				t.Helper()
				for l := next(); l.Path != path || l.State != state; l = next() {
					if l.Type == "error" || l.State == "unknown" && path != held.Dir { // for a moment, while its daemon dies
						t.Fatalf("%+v", l)
					}
				}
			}
			for next().Type != "summary" {
			}
			if err := os.Remove(filepath.Join(dir, ".handoff.pidfile")); err != nil {
				t.Fatal(err)
			}
			until(dir, "free")
			held.Holders[0].Kill()
			until(held.Dir, "stale")
		})
	}
}
